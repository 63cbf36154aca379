import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing

@testable import DispatchStage

/// At each provider the resellers take turns.
@Suite struct TurnsTests {
    @Test func `behind a long file, the single order of another reseller goes out at once`() throws
    {
        try withHouse("in_flight: 4") {
            .placed($0)
        } _: { house, provider in
            try house.accept(links(3_000))
            try house.open("zoe")
            try house.accept(["https://z.example/1"], by: "zoe")
            try house.dispatch(limit: 20)
            let place = provider.requests.firstIndex { $0.field("link") == "https://z.example/1" }
            #expect((place ?? .max) < 8)
        }
    }

    @Test func `turns continue where the last run stopped, so that nobody starves`() throws {
        try withHouse("in_flight: 1") {
            .placed($0)
        } _: { house, provider in
            let users = ["anna", "ben", "carl", "dora", "emil"]
            for user in users {
                try house.open(user)
                try house.accept((1...4).map { "https://\(user).example/\($0)" }, by: user)
            }
            for _ in 1...5 { try house.dispatch(limit: 2) }
            #expect(
                try house.table(
                    """
                    SELECT user_id, count(*) FROM orders WHERE state = 'placed'
                    GROUP BY 1 ORDER BY 1
                    """) == users.map { "\($0)|2" })
            for _ in 1...5 { try house.dispatch(limit: 2) }
            #expect(try house.states() == ["placed|20"])
        }
    }

    @Test func `within a turn the oldest goes first, and nothing is left over`() throws {
        try withHouse("in_flight: 1") {
            .placed($0)
        } _: { house, provider in
            try house.open("zoe")
            try house.accept(links(7))
            try house.accept((1...3).map { "https://z.example/\($0)" }, by: "zoe")
            try house.dispatch()
            #expect(try house.states() == ["placed|10"])
            let sent = provider.requests.compactMap { $0.field("link") }
            #expect(sent.filter { $0.hasPrefix("https://a") } == links(7))
            #expect(
                sent.filter { $0.hasPrefix("https://z") }
                    == (1...3).map { "https://z.example/\($0)" })
            #expect(sent.prefix(6).count { $0.hasPrefix("https://z") } == 3)
        }
    }
}
