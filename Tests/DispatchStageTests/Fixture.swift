import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing

@testable import DispatchStage

extension House {
    /// One run of `dispatch`.
    @discardableResult
    func dispatch(only: String? = nil, limit: Int = .max) throws -> Summary {
        var sending = try SendDueOrders(context("dispatch"), only: only, limit: limit)
        return try sending.run()
    }
}

/// Runs `body` in a house whose provider gives these answers; in the end the books must be right.
///
/// `settings`: of the provider, as YAML between braces.
func withHouse(
    _ settings: String = "", also: String = "", clock: TickingClock = TickingClock(),
    greet: @escaping @Sendable (Int) -> LoopbackGreeting = { _ in .serve },
    answer: @escaping @Sendable (LoopbackRequest) -> LoopbackAnswer,
    _ body: (House, LoopbackProvider) throws -> Void
) throws {
    let provider = LoopbackProvider(greet: greet, answer: answer)
    defer { provider.stop() }
    let house = try House([Supplier(url: provider.url, settings)], also: also, clock: clock)
    try body(house, provider)
    #expect(try house.ledger.audit().map(\.rule) == [])
}

/// Links that are all different.
func links(_ count: Int) -> [String] {
    (1...count).map { "https://a.example/\($0)" }
}

extension LoopbackAnswer {
    /// Takes the order under a unique id, or tells the balance if that is the question.
    static func placed(_ request: LoopbackRequest) -> LoopbackAnswer {
        request.isTrial ? .balance : .reply(#"{"order":\#(request.serial)}"#)
    }

    static let balance = LoopbackAnswer.reply(#"{"balance":"100.84292","currency":"USD"}"#)

    /// A complaint in the trade's form.
    static func error(_ text: String, status: Int = 200) -> LoopbackAnswer {
        .reply(#"{"error":"\#(text)"}"#, status: status)
    }
}

extension LoopbackRequest {
    /// Whether it is the question about our balance, which tries a paused provider.
    var isTrial: Bool { field("action") == "balance" }
}
