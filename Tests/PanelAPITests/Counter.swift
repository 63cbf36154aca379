import BatchFiles
import Ledger
import Money
import Providers
import Settings
import StrictJSON
import Synchronization
import TestHouse
import Testing
import Transport

@testable import PanelAPI

/// A house with a counter for calls, at which a test says what `ingest` answers.
final class Counter: Sendable {
    let house: House
    /// What `ingest` is to say of each line, and the lines that came.
    private let fates = Mutex<[LineFate]>([])
    private let taken = Mutex<[CallLine]>([])

    static let endpoint = ProviderEndpoint(
        name: "us", url: "http://127.0.0.1:9", key: "k", connectTimeout: 1, totalTimeout: 1)

    init() throws {
        house = try House([Supplier(url: "https://alpha.example/api/v2")])
    }

    /// The lines that were to be taken.
    var lines: [String] {
        taken.withLock { $0.map { String(decoding: $0.object, as: UTF8.self) } }
    }

    var refusesSecondOrders: [Bool] { taken.withLock { $0.map(\.refusesSecondOrder) } }

    func desk(of user: UserID = acme) -> CallDesk {
        CallDesk(
            currency: house.settings.currency,
            rules: CallRules(links: house.settings.links, minProfit: .zero),
            look: { [house] body in try house.ledger.show(user, body) },
            take: { [self] lines in
                taken.withLock { $0 += lines }
                return try fates.withLock { fates in
                    try #require(fates.count >= lines.count, "ingest was not asked for so many")
                    defer { fates.removeFirst(lines.count) }
                    return Array(fates.prefix(lines.count))
                }
            })
    }

    /// The answer to a call whose lines meet these fates.
    func answer(
        _ body: String, key: String? = nil, by user: UserID = acme, _ fates: LineFate...
    ) async throws -> CallAnswer {
        self.fates.withLock { $0 = fates }
        let call: PanelCall
        do {
            call = try PanelCall(CallForm(body: Array(body.utf8)), idempotencyKey: key)
        } catch {
            return CallAnswer(error)
        }
        let answer = try await call.answer(at: desk(of: user))
        #expect(self.fates.withLock { $0.isEmpty }, "\(body) did not ask for all of its lines")
        return answer
    }
}

extension CallAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The answer as our own client receives it.
    var finished: Finished {
        Finished(
            tag: 0, ending: .replied(Reply(status: status, body: body, retryAfter: retryAfter)))
    }
}

extension House {
    /// The end of an order that a provider has.
    func end(_ order: OrderID, as settlement: Settlement) throws {
        var news = StatusNews(order: order, askAgain: now)
        news.settlement = settlement
        _ = try ledger.record([news], at: now)
    }
}
