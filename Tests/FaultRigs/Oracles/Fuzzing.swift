import Glibc
import TestSupport

extension Findings {
    /// Feeds some mutated inputs to `body`, or as many as a minute has room for; it returns what it
    /// saw that should not be. An input is a point. None may take ten seconds of the processor's
    /// time, and in full, where nothing else is in the process, memory may not grow.
    ///
    /// `few`: how many inputs are some.
    mutating func fuzz(
        _ extent: Extent, few: Int = 3_000, samples: [String], words: [String],
        _ body: (_ input: [UInt8], _ random: inout Seeded) throws -> String?
    ) {
        let source = Seeded()
        // A crash takes everything with it but what was said before.
        let notice = Array("fuzzing with SEED=\(source.seed)\n".utf8)
        _ = write(2, notice, notice.count)
        var mutator = Mutator(source, samples: samples, words: words)
        var dice = Seeded(seed: source.seed &+ 1)
        let clock = ContinuousClock()
        let memory = Self.residentBytes()
        let end = clock.now + .seconds(60)
        while extent == .full ? clock.now < end : points < few, failures.count < 5 {
            let input = mutator.next()
            trying("SEED=\(source.seed), input \(points + 1)") {
                let begun = Self.processorSeconds()
                let seen = try body(input, &dice)
                let isSlow = Self.processorSeconds() - begun > 10
                return (seen.map { [$0] } ?? []) + (isSlow ? ["it took ten seconds"] : [])
            }
        }
        let grown = Self.residentBytes() - memory
        if extent == .full, grown > Self.mostGrowth { fail("memory grew by \(grown >> 20) MiB") }
    }

    /// Bytes: what a reader may keep of a minute of inputs, allocator and all.
    private static let mostGrowth = 64 << 20

    /// How long this thread has run: what others do on the machine does not count.
    private static func processorSeconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec
    }

    private static func residentBytes() -> Int {
        let pages = content(at: "/proc/self/statm")?.split(separator: " ")
        return pages.flatMap { $0.count > 1 ? Int($0[1]) : nil }.map { $0 * 4_096 } ?? 0
    }
}
