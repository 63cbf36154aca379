import Ledger
import LoopbackProvider
import Run
import Settings
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import PollStage

extension House {
    /// One run of `poll`.
    @discardableResult
    func poll(
        _ part: Poll.Part? = .statuses, now: Bool = false, settings: Settings? = nil
    ) throws -> Summary {
        var asking = try AskProviders(context("poll", settings))
        return try asking.run(only: part, now: now)
    }

    /// Accepts an order for each of `links`, and puts it with the provider.
    func place(_ count: Int, with provider: String = "alpha") throws {
        try accept((1...count).map { "https://a.example/\($0)" }, from: provider)
        try place(with: provider)
    }

    /// Seconds until each open order is asked about again.
    func dueIn() throws -> [String] {
        let now = clock.wall.now().milliseconds
        return try table(
            """
            SELECT CAST(round((due_at - \(now)) / 1000.0) AS INTEGER) FROM orders
            WHERE state = 'placed' ORDER BY id
            """)
    }

    /// The status files in acme's outbox, by name.
    func statusFiles() -> [String] {
        names(in: outbox).filter { $0.hasPrefix("status-") }
    }

    func statusFile(_ sequence: Int) -> String? {
        let digits = String(10_000_000_000 + sequence).dropFirst()
        return bytes(at: "\(outbox)/status-\(digits).json").map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private var outbox: String { "\(settings.spool)/resellers/acme/outbox" }
}

/// Runs `body` in a house whose provider gives these answers; in the end the books must be right.
///
/// `settings`: of the provider, as YAML between braces.
func withHouse(
    _ settings: String = "", currency: String = "USD", also: String = "",
    answer: @escaping @Sendable (LoopbackRequest) -> LoopbackAnswer,
    _ body: (House, LoopbackProvider) throws -> Void
) throws {
    let provider = LoopbackProvider(answer: answer)
    defer { provider.stop() }
    let house = try House(
        [Supplier(url: provider.url, currency: currency, settings)], also: also)
    try body(house, provider)
    #expect(try house.ledger.audit().map(\.rule) == [])
}

extension LoopbackRequest {
    /// The ids a status question is about.
    var ids: [String] {
        (field("orders") ?? field("order") ?? "").split(separator: ",").map(String.init)
    }
}

extension LoopbackAnswer {
    /// Answers about each id with `status`; nil leaves the id out.
    static func statuses(
        _ request: LoopbackRequest, _ status: (String) -> String?
    ) -> LoopbackAnswer {
        let answers = request.ids.compactMap { id in status(id).map { (id, $0) } }
        if request.field("order") != nil { return .reply(answers.first?.1 ?? "{}") }
        return .reply("{\(answers.map { "\"\($0)\":\($1)" }.joined(separator: ","))}")
    }
}

/// An ordinary answer about one order.
func status(_ word: String, remains: String = "0") -> String {
    #"{"charge":"0.6","start_count":"3572","status":"\#(word)","#
        + #""remains":"\#(remains)","currency":"USD"}"#
}
