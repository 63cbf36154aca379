import BatchFiles
import Ledger
import LoopbackProvider
import Run
import Synchronization
import TestHouse
import Testing
import Timestamps

@testable import DispatchStage

/// A run asks for all refills and cancels that are due, until its deadline.
@Suite struct RequestBacklogTests {
    private static let canceled: @Sendable (LoopbackRequest) -> LoopbackAnswer = { request in
        let ids = (request.field("orders") ?? request.field("order") ?? "").split(separator: ",")
        return .reply(
            "[" + ids.map { #"{"order":\#($0),"cancel":1}"# }.joined(separator: ",") + "]")
    }

    /// Cancels for orders that a provider has.
    private func cancel(_ count: Int, in house: House) throws {
        let orders = try house.accept(links(count))
        try house.place()
        try house.file(of: acme) { draft in
            for (index, order) in orders.enumerated() {
                try draft.requestCancel(
                    of: order, ResellerLine(.cancels, index + 1, ref: "C-\(index)"))
            }
        }
    }

    @Test func `more cancels than one call carries go out in one run`() throws {
        try withHouse(answer: Self.canceled) { house, provider in
            try cancel(350, in: house)
            let summary = try house.dispatch()
            #expect(summary["requests"] == 350)
            #expect(provider.requests.count == 4)
            #expect(
                try house.requestStates() == ["sent|350"])
        }
    }

    @Test func `after the deadline nothing is asked, and the rest waits for the next run`() throws {
        let clock = TickingClock()
        try withHouse(clock: clock) {
            clock.advance(seconds: 51)
            return Self.canceled($0)
        } _: { house, provider in
            try cancel(350, in: house)
            try house.dispatch()
            #expect(provider.requests.count == 1)
            #expect(
                try house.requestStates()
                    == ["accepted|250", "sent|100"])
            for _ in 1...3 { try house.dispatch() }
            #expect(
                try house.requestStates() == ["sent|350"])
        }
    }

    @Test(arguments: [
        LoopbackAnswer.reply("<html>maintenance</html>"), .reply("", status: 500), .close,
    ])
    func `a provider that is down costs one refill of a run, not all`(
        answer: LoopbackAnswer
    ) throws {
        try withHouse("in_flight: 8") { _ in
            answer
        } _: { house, provider in
            let orders = try house.accept(links(30))
            try house.place()
            for order in orders {
                var news = StatusNews(order: order, askAgain: house.clock.wall.now())
                news.settlement = .completed
                _ = try house.ledger.record([news], at: house.clock.wall.now())
            }
            try house.file(of: acme) { draft in
                for (index, order) in orders.enumerated() {
                    try draft.requestRefill(
                        of: order, ResellerLine(.refills, index + 1, ref: "R-\(index)"))
                }
            }
            try house.dispatch()
            #expect(provider.requests.count == 1)
            #expect(
                try house.requestStates()
                    == ["accepted|29", "ended|1"])
        }
    }
}
