import Glibc
import TestHouse
import TestSupport

/// The system calls of a run that change something, as `strace` saw them.
struct SystemCalls {
    /// By the name of the call, the most that any one thread made: `strace` counts each by itself.
    var counts: [String: Int]
    /// What was opened below the traced folder. Only there do calls of `openat` count: the loader
    /// makes others, on another thread.
    let opened: [String]

    /// The calls that change something, by the names that `strace` knows on any machine.
    static let names = [
        "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "fsync",
        "fdatasync", "syncfs", "ftruncate", "mkdir", "openat", "write", "pwrite64",
    ]

    /// - Parameters:
    ///   - trace: what `strace -f -y` wrote.
    ///   - folder: where the program worked.
    init(trace: String, in folder: String) {
        var counts: [String: [Substring: Int]] = [:]
        var opened: Set<String> = []
        for line in trace.split(separator: "\n") {
            // `1234  openat(…`, and also `1234  <... openat resumed>…`, which is no other call.
            guard let call = line.wholeMatch(of: /([0-9]+) +([a-z0-9]+)\((.*)/) else { continue }
            if call.2 == "openat" {
                let paths = call.3.matches(of: /[<"](\/[^>"]*)[>"]/).map { String($0.1) }
                let ours = paths.filter { $0.hasPrefix(folder) }
                // The other places named are where the program stands, and where it is not.
                guard !ours.isEmpty else { continue }
                opened.formUnion(ours)
            }
            counts[String(call.2), default: [:]][call.1, default: 0] += 1
        }
        self.counts = counts.mapValues { $0.values.max() ?? 0 }
        self.opened = opened.sorted()
    }
}

extension SystemCalls {
    /// The calls of one run of `command`, which must end well.
    ///
    /// `others`: more names of calls to look at.
    init(of command: String, on works: Works, and others: [String] = []) throws {
        try NoPowerSwitch.check()
        let calls = (Self.names + others).map { "?\($0)" }.joined(separator: ",")
        let trace = TemporaryFolder(inMemory: true)
        let ending = works.run(
            command, under: "exec strace -f -y -qq -o \(trace.path)/trace -e trace=\(calls)")
        guard ending.status == 0, let bytes = bytes(at: "\(trace.path)/trace") else {
            throw WorldFailure("\(command) could not be watched: \(ending.text)")
        }
        self.init(trace: String(decoding: bytes, as: UTF8.self), in: works.path)
        guard !counts.isEmpty else { throw WorldFailure("strace showed no call of \(command)") }
    }

    /// A blow at the `number`th call of that name.
    func blow(_ effect: Blow.Effect, at name: String, _ number: Int) -> Blow {
        Blow(
            point: KillPoint(name, number), effect: effect, paths: name == "openat" ? opened : [])
    }

    /// Numbers from 1 to how often a call was made, at most `most` of them: one in the middle, or
    /// several from the first to the last.
    func spread(over name: String, most: Int) -> [Int] {
        let count = counts[name] ?? 0
        guard count > most else { return Array(1..<(count + 1)) }
        guard most > 1 else { return [(count + 1) / 2] }
        return (0..<most).map { 1 + $0 * (count - 1) / (most - 1) }
    }
}

extension Findings {
    /// Kills at calls of one name: at most `most` of those traced, and in full also beyond them
    /// until a run ends first, since a disturbed run may make more calls.
    ///
    /// `body`: returns the faults after a blow; nil if the run ended before it.
    mutating func kill(
        _ program: String, at call: String, of calls: SystemCalls, _ extent: Extent, most: Int,
        _ body: (Blow) throws -> [String]?
    ) {
        for number in calls.spread(over: call, most: most) {
            let blow = calls.blow(.kill, at: call, number)
            striking("\(program), \(blow)") { try body(blow) }
        }
        guard extent == .full, var number = calls.counts[call] else { return }
        var isFelt = true
        while isFelt {
            number += 1
            let blow = calls.blow(.kill, at: call, number)
            isFelt = striking("\(program), \(blow)") { try body(blow) }
        }
    }
}
