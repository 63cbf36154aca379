import BatchFiles
import Ledger
import LoopbackProvider
import Money
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage
@testable import PollStage
@testable import ReportStage

/// Runs with a clock that is minutes, days and years ahead or behind, and then right again: nothing
/// is out of reach, nothing is sent twice, and no period of a report loses an order or has it
/// twice.
@Suite struct WrongClockTests {
    private static let day = 86_400

    @Test(arguments: [600, 3 * day, 3_000 * day].flatMap { [$0, -$0] })
    func `one run of each stage with the clock wrong stops nothing`(seconds: Int) throws {
        for stage in Life.Stage.allCases {
            let life = try Life(Seeded(seed: 7))
            defer { life.end() }
            try life.order(3)
            for other in Life.Stage.allCases {
                life.house.clock.shift(seconds: other == stage ? seconds : 0)
                try life.run(other)
            }
            try life.expectRightEnd("\(stage) wrong by \(seconds) seconds")
        }
    }

    @Test func `a house whose clock keeps jumping ends as one whose clock is right`()
        throws
    {
        let seeded = Seeded()
        for number in 0..<6 {
            let seed = seeded.seed &+ UInt64(number)
            let life = try Life(Seeded(seed: seed))
            defer { life.end() }
            var random = Seeded(seed: seed)
            for _ in 1...15 {
                let wrong =
                    [60, 1_800, 9_000, Self.day, 20 * Self.day, 4_000 * Self.day]
                    .randomElement(using: &random)! * [-1, 1].randomElement(using: &random)!
                life.house.clock.shift(seconds: Bool.random(using: &random) ? 0 : wrong)
                for _ in 0...Int.random(in: 0...3, using: &random) {
                    try life.order(Int.random(in: 0...2, using: &random))
                    try life.run(Life.Stage.allCases.randomElement(using: &random)!)
                    if Int.random(in: 0..<4, using: &random) == 0 { try life.decide(&random) }
                    life.house.clock.advance(seconds: Int.random(in: 1...900, using: &random))
                }
            }
            try life.expectRightEnd("SEED=\(seed)")
        }
    }
}

/// A house at work with its provider, and the conditions that must hold in the end.
private final class Life {
    enum Stage: CaseIterable {
        case dispatch, poll, report
    }

    let house: House
    private let panel: ForgetfulPanel
    private let provider: LoopbackProvider
    private var links = 0

    init(_ random: Seeded) throws {
        let clock = TickingClock()
        let panel = ForgetfulPanel(clock, random)
        self.panel = panel
        provider = LoopbackProvider { panel.answer($0) }
        house = try House(
            [
                Supplier(
                    url: provider.url,
                    "inquiry: orders, not_found_grace: 60, breaker: {doubts: 3, failures: 3}")
            ], also: "reports: reports", clock: clock)
    }

    func end() { provider.stop() }

    func order(_ count: Int) throws {
        guard count > 0 else { return }
        try house.accept((1...count).map { "https://a.example/\(links + $0)" })
        links += count
    }

    func run(_ stage: Stage) throws {
        switch stage {
        case .dispatch:
            var sending = try SendDueOrders(house.context("dispatch"), only: nil, limit: .max)
            _ = try sending.run()
        case .poll:
            var polling = try AskProviders(house.context("poll"))
            _ = try polling.run(only: nil, now: false)
        case .report:
            _ = try MakeReports(house.context("report")).run([.summaries, .statements])
        }
    }

    /// The desk decides of every doubt, and is wrong now and then: the provider's list must say so.
    func decide(_ random: inout Seeded) throws {
        for id in try doubts() {
            let known = try placed(id)
            let decision: Decision =
                if let known, Int.random(in: 0..<3, using: &random) > 0 {
                    .placed(providerOrder: "\(known)")
                } else { .notPlaced }
            try decide(decision, on: id)
        }
    }

    private func doubts() throws -> [Int64] {
        try house.table("SELECT id FROM orders WHERE state = 'in_doubt'").map { Int64($0)! }
    }

    private func placed(_ id: Int64) throws -> Int? {
        let link = try house.table("SELECT link FROM orders WHERE id = \(id)")[0]
        return panel.orders.first { $0.link == link }?.id
    }

    private func decide(
        _ decision: Decision, on id: Int64, asking witness: Witness = .orders
    ) throws {
        try house.deskFile {
            try $0.decide(
                decision, on: OrderID(id), by: "anna", Line(.decisions, 1),
                asking: { _ in witness })
        }
    }

    /// With the clock right and the provider well, everything ends within some hours.
    func expectRightEnd(_ what: String) throws {
        house.clock.shift(seconds: 0)
        panel.recover()
        for round in 1...40 {
            for stage in [Stage.dispatch, .poll] { try run(stage) }
            let doubts = try doubts()
            for id in doubts {
                try decide(
                    placed(id).map { .placed(providerOrder: "\($0)") } ?? .notPlaced, on: id,
                    asking: round < 30 ? .orders : .silent)
            }
            // A list that proves nothing, because nobody knows when the order was sent: that is
            // told, and the provider can be switched off, so that the desk is believed.
            if round == 30, !doubts.isEmpty {
                let alarms = try house.ledger.alarms().map(\.kind)
                #expect(alarms.contains(.ordersInDoubt), "\(what)")
            }
            house.clock.advance(seconds: 900)
        }
        try run(.report)
        let open = try house.table("SELECT id, state, due_at FROM orders WHERE ended_at IS NULL")
        #expect(open == [], "\(what): nothing is out of reach")
        let counts = Dictionary(grouping: panel.orders, by: \.link).mapValues(\.count)
        #expect(counts.values.allSatisfy { $0 == 1 }, "\(what): nothing is sent twice: \(counts)")
        #expect(counts.count == links, "\(what): nothing is dropped")
        #expect(try house.ledger.audit().map(\.rule) == [], "\(what)")
        try expectReports(what)
    }

    private func expectReports(_ what: String) throws {
        let root = house.folder.path
        let daily = try rows(ofCSV: content(at: "\(root)/reports/latest/daily.csv") ?? "")
        let orders = daily.first?.firstIndex(of: "orders") ?? 1
        let counted = daily.dropFirst().compactMap { Int($0[orders]) }.reduce(0, +)
        #expect(counted == links, "\(what): daily.csv has every order once")
        for day in Set(daily.dropFirst().map { $0[0] }) {
            let directory = "\(root)/one"
            let start = try #require(Timestamp(startOfDay: day))
            _ = try MakeReports(
                house.context("report"), period: start..<start.adding(seconds: 86_400),
                directory: directory
            ).run([.summaries])
            let rows = try rows(ofCSV: content(at: "\(directory)/orders.csv") ?? "")
            let wanted = daily.first { $0[0] == day }.flatMap { Int($0[orders]) }
            #expect(rows.count - 1 == wanted, "\(what): the orders of \(day)")
        }
        try expectStatements(what)
    }

    /// All statements together tell every movement of acme's money, once.
    private func expectStatements(_ what: String) throws {
        let outbox = "\(house.folder.path)/spool/resellers/acme/outbox"
        let told = try names(in: outbox).filter { $0.hasPrefix("statement-") }.flatMap { name in
            try rows(ofCSV: content(at: "\(outbox)/\(name)") ?? "").dropFirst().map { $0[2] }
                .filter { !$0.isEmpty }
        }
        let moved = try house.table(
            """
            SELECT t.reference FROM transactions t
            WHERE t.user_id = 'acme' AND EXISTS (SELECT 1 FROM wallets w
                WHERE w.id IN (t.from_wallet_id, t.to_wallet_id) AND w.name = 'available'
                    AND w.user_id = 'acme')
            """)
        #expect(told.sorted() == moved.sorted(), "\(what): statements tell everything once")
    }
}
