import Networks
import Testing

@testable import Serving

/// Calls a second, on a clock of numbers.
@Suite struct MetersTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func `a second's calls may come at once, and then one at a time`() throws {
        let meters = Meters()
        let start = 5 * Self.second
        for _ in 0..<10 { try meters.count(.key("a"), callsPerSecond: 10, at: start) }
        #expect(throws: ServingRefusal.tooManyCallsASecond(retryAfter: 1)) {
            try meters.count(.key("a"), callsPerSecond: 10, at: start)
        }
        try meters.count(.key("b"), callsPerSecond: 10, at: start)
        let later = start + Self.second / 10
        try meters.count(.key("a"), callsPerSecond: 10, at: later)
        #expect(throws: ServingRefusal.self) {
            try meters.count(.key("a"), callsPerSecond: 10, at: later)
        }
    }

    @Test func `what is refused does not count`() throws {
        let meters = Meters()
        try meters.count(.key("a"), callsPerSecond: 1, at: 0)
        for moment in 1..<50 {
            #expect(throws: ServingRefusal.self) {
                try meters.count(.key("a"), callsPerSecond: 1, at: UInt64(moment))
            }
        }
        try meters.count(.key("a"), callsPerSecond: 1, at: Self.second)
    }

    @Test func `all addresses of a client's network are one`() throws {
        let meters = Meters()
        let first = try #require(NetworkAddress("2001:db8::1")).neighborhood
        let second = try #require(NetworkAddress("2001:db8::ffff")).neighborhood
        let third = try #require(NetworkAddress("2001:db8:0:1::1")).neighborhood
        try meters.count(.address(first), callsPerSecond: 1, at: 0)
        #expect(throws: ServingRefusal.self) {
            try meters.count(.address(second), callsPerSecond: 1, at: 0)
        }
        try meters.count(.address(third), callsPerSecond: 1, at: 0)
        let four = try #require(NetworkAddress("192.0.2.1"))
        #expect(four.neighborhood == four)
    }
}
