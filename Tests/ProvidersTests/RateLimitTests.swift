import Providers
import TestSupport
import Testing
import Timestamps
import Transport

@Suite struct RateLimitTests {
    private func moment(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_748_772_000_000 + milliseconds)
    }

    /// Takes all that is allowed at each moment. Returns the moments, once for each request.
    private func starts(
        _ limit: inout RateLimit, at moments: some Sequence<Int64>
    ) -> [Int64] {
        var starts: [Int64] = []
        for milliseconds in moments {
            for _ in 0..<limit.available(at: moment(milliseconds)) {
                limit.take()
                starts.append(milliseconds)
            }
        }
        return starts
    }

    @Test(arguments: [(1, 1), (3, 16), (20, 16), (7, 2), (1_000, 64), (10_000, 1_024)])
    func `in the long run the rate is kept exactly, and fully used`(perSecond: Int, burst: Int) {
        var limit = RateLimit(perSecond: perSecond, burst: burst, at: moment(0))
        let taken = starts(&limit, at: 0...60_000).count
        #expect((60 * perSecond...60 * perSecond + 1).contains(taken))
    }

    @Test func `no second sees more than a second's requests and one burst`() {
        var random = Seeded()
        for _ in 1...50 {
            let perSecond = Int.random(in: 1...200, using: &random)
            let burst = Int.random(in: 1...100, using: &random)
            var limit = RateLimit(perSecond: perSecond, burst: burst, at: moment(0))
            var now: Int64 = 0
            let moments = (1...500).map { _ in
                now += Int64.random(in: 0...400, using: &random)
                return now
            }
            let all = starts(&limit, at: moments)
            for (index, start) in all.enumerated() {
                let within = all[index...].prefix { $0 < start + 1_000 }.count
                #expect(
                    within <= perSecond + min(burst, perSecond), "seed \(random.seed)")
            }
        }
    }

    @Test func `runs that follow each other keep the rate together`() {
        var all: [Int64] = []
        for run in 0..<20 {
            let begin = Int64(run) * 500
            var limit = RateLimit(perSecond: 10, burst: 10, earned: 0, at: moment(begin))
            all += starts(&limit, at: begin..<begin + 500)
        }
        #expect((80...100).contains(all.count), "ten seconds' requests, and no more")
    }

    @Test(arguments: [1, 3, 7, 20, 333, 10_000])
    func `the wait is over when a request is allowed, and not a millisecond earlier`(perSecond: Int)
    {
        var limit = RateLimit(perSecond: perSecond, burst: 1, at: moment(0))
        var now: Int64 = 0
        for _ in 1...20 {
            let wait = Int64(limit.wait(at: moment(now)))
            if wait > 0 {
                var early = limit
                #expect(early.available(at: moment(now + wait - 1)) == 0)
            }
            now += wait
            #expect(limit.available(at: moment(now)) >= 1)
            limit.take()
        }
    }

    @Test func `setting the clock back neither takes nor gives requests`() {
        var limit = RateLimit(perSecond: 10, burst: 10, at: moment(0))
        limit.take()
        #expect(limit.available(at: moment(-3_600_000)) == 0)
        #expect(limit.available(at: moment(-3_600_000 + 100)) == 1)
    }
}
