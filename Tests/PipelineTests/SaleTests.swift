import BatchFiles
import Ledger
import LoopbackProvider
import Money
import SQLiteTables
import Settings
import Synchronization
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage
@testable import PollStage
@testable import ReportStage

/// An order keeps the terms it was sold on, whatever happens to its service later.
@Suite struct SaleTests {
    /// Of an order whose service stays as it is.
    private static let twin = Result { try Life().lived(after: nil) }

    @Test(arguments: Change.all)
    func `the life of an order is the same whatever changed after it was sold`(
        change: Change
    ) throws {
        let twin = try Self.twin.get()
        let life = try Life().lived(after: change)
        #expect(life.filter { !twin.contains($0) } == [], "what differs where it changed")
        #expect(twin.filter { !life.contains($0) } == [], "what its twin had instead")
        #expect(life.count == twin.count)
        // Something of each kind happened at all.
        let all = twin.joined(separator: "\n")
        for word in ["completed|", "partial|", "canceled|", "refill|sent", "add ", "cancel "] {
            #expect(all.contains(word), "\(word): \(all)")
        }
    }

    @Test func `a subscription that became an ordinary service refunds what was not delivered`()
        throws
    {
        let life = try Life()
        try life.house.alter("UPDATE services SET type = 'Default'")
        _ = try life.lived(after: nil)
        let fate = try life.house.table(
            "SELECT state, charge, refunded FROM orders WHERE service_id = 102")
        // 2 of 5 posts were served.
        #expect(fate == ["partial|1200000|720000"])
    }

    @Test func `an order bought elsewhere keeps the terms of that purchase`() throws {
        func costs(_ change: String?) throws -> [String] {
            let alpha = LoopbackProvider { _ in .reply(#"{"error":"Incorrect service ID"}"#) }
            defer { alpha.stop() }
            let isWell = Mutex(false)
            let beta = LoopbackProvider { request in
                isWell.withLock { $0 }
                    ? .reply(#"{"order":\#(request.serial)}"#)
                    : .reply(#"{"error":"Too many orders"}"#)
            }
            defer { beta.stop() }
            let house = try House([
                Supplier(url: alpha.url), Supplier("beta", url: beta.url),
            ])
            try house.ledger.keep(
                [
                    ServiceBackups(
                        provider: "alpha", providerService: "101",
                        backups: [.init(provider: "beta", providerService: "201")])
                ], at: TickingClock.start)
            try house.change(service: 201, "rate = 1500000, cost_rate = 1500000")
            try house.accept(["https://a.example/1"])
            try house.send()
            #expect(try house.table("SELECT bought_service_id FROM orders") == ["201"])
            if let change { try house.change(service: 201, "\(change)") }
            isWell.withLock { $0 = true }
            house.clock.advance(seconds: 4_000)
            try house.send()
            return try house.table("SELECT state, bought_service_id, cost FROM orders")
        }
        let twin = try costs(nil)
        #expect(twin == ["placed|201|1500000"])
        for change in [
            "cost_rate = 1600000, rate = 1600000", "type = 'Package'", "max = 999", "min = 1001",
            "enabled = 0", "enabled = 0, fault = 'its rate is 0'",
        ] {
            #expect(try costs(change) == twin, "\(change)")
        }
    }
}

/// Something that becomes another after an order was sold.
struct Change: CustomTestStringConvertible, Sendable {
    let testDescription: String
    fileprivate var sql: String?
    /// The same in the configuration: what stands there, and what comes in its place.
    fileprivate var setting: (String, String)?

    /// Every column of a service and of a provider, as the schema has them, so that a new one is
    /// tried by itself; and what the configuration says of how a provider charges.
    static let all: [Change] =
        columns(of: "services", but: ["id", "provider_id"])
        // What it is now decides whether anything is sent to it at all.
        + columns(
            of: "providers",
            but: [
                "id", "name", "currency", "state", "paused_until", "throttled_until",
                "balance_currency", "status_currency",
            ])
        + [
            ("allow_http: true", #"allow_http: true, min_charge: "0.005""#),
            ("allow_http: true", "allow_http: true, charge_decimals: 3"),
            (#"EUR: "1.10""#, #"EUR: "1.50""#),
        ].map { Change(testDescription: $0.1, setting: $0) }

    private static func columns(of table: String, but left: Set<String>) -> [Change] {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/l.db"
        _ = try! Ledger.openUnchecked(in: SQLiteFile(path), currency: Currency(parsing: "USD"))
        let columns = try! LedgerFile(path).rows(
            "SELECT name, type FROM pragma_table_info('\(table)')")
        return columns.filter { !left.contains($0["name"]) }.map { column in
            let name: String = column["name"]
            let other = special[name] ?? other(name, isText: column["type"] == "TEXT")
            return Change(testDescription: "\(table).\(name)", sql: "UPDATE \(table) SET \(other)")
        }
    }

    private static func other(_ name: String, isText: Bool) -> String {
        isText
            ? "\(name) = 'x' || coalesce(\(name), '')"
            : "\(name) = CASE \(name) WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE coalesce(\(name), 0) + 7 END"
    }

    /// Where a value goes with others, or may be one of a few only.
    private static let special = [
        "type": "type = CASE type WHEN 'Default' THEN 'Package' ELSE 'Default' END",
        "category_id": "category_id = category_id",
        "withheld": "withheld = 'dropped', enabled = 0",
        "fault": "fault = 'it is broken', enabled = 0",
        "min": "min = 5000000", "max": "max = 1",
        "offered_rate": offered, "offered_cost_rate": offered, "offered_sale_rate": offered,
        "charge_decimals": "charge_decimals = 0",
    ]
    private static let offered = """
        offered_rate = rate + 1, offered_cost_rate = cost_rate + 1, 
        offered_sale_rate = sale_rate + 1
        """
}

/// Orders of several kinds from their intake to their end, with a refill and a cancel on the way.
private final class Life {
    let house: House
    private let provider: LoopbackProvider
    /// The provider's status of an order, chosen by the last word of its link, with which its ids
    /// begin.
    private static let words = [
        "completed": #"{"status":"Completed"}"#, "part": #"{"status":"Partial","remains":"400"}"#,
        "canceled": #"{"status":"Canceled"}"#, "open": #"{"status":"In progress"}"#,
        "runs": #"{"status":"Canceled","runs":"1"}"#,
        "acme_posts": #"{"status":"Completed","posts":"2"}"#,
        "comments": #"{"status":"Partial","remains":"1"}"#,
    ]

    init() throws {
        provider = LoopbackProvider { request in
            let ids = (request.field("orders") ?? request.field("order") ?? "").split(
                separator: ",")
            switch request.field("action") {
            case "add":
                let link = request.field("link") ?? request.field("username") ?? ""
                let word = link.split(separator: "/").last!
                return .reply(#"{"order":"\#(word)-\#(request.field("service")!)"}"#)
            case "status":
                let told = ids.map { ($0, Self.words[String($0.split(separator: "-")[0])]!) }
                return request.field("order") != nil
                    ? .reply(told[0].1)
                    : .reply("{\(told.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}")
            case "refill": return .reply(#"{"refill":"1"}"#)
            case "cancel":
                let taken = ids.map { #"{"order":"\#($0)","cancel":1}"# }
                return .reply("[\(taken.joined(separator: ","))]")
            default: return .reply("{}")
            }
        }
        house = try House([Supplier(url: provider.url, currency: "EUR", "poll_every: 10")])
        try sell()
    }

    deinit { provider.stop() }

    private func sell() throws {
        let alpha = try house.id(of: "alpha")
        _ = try house.ledger.takeOver(
            [
                .sample("102", type: "Subscriptions"), .sample("103", type: "Package"),
                .sample("104", type: "Custom Comments"),
            ], of: alpha, at: TickingClock.start)
        func order(
            _ service: Int64, _ link: String?, _ quantity: Int64?, _ units: Int64,
            _ charge: Int64 = 2_000_000, _ parameters: String? = nil
        ) -> NewOrder {
            NewOrder(
                ref: "", service: ServiceID(service), provider: alpha,
                link: link.map { "https://a.example/\($0)" }, quantity: quantity,
                parameters: parameters, billedUnits: units, charge: Amount(micros: charge))
        }
        try house.accept([
            order(101, "completed", 1_000, 1_000), order(101, "part", 1_000, 1_000),
            order(101, "canceled", 1_000, 1_000), order(101, "open", 1_000, 1_000),
            order(101, "runs", 500, 1_000, 2_000_000, #"{"runs":2,"interval":5}"#),
            order(
                102, nil, nil, 600, 1_200_000,
                #"{"username":"acme_posts","min":50,"max":120,"posts":5,"delay":0}"#),
            order(103, "completed", nil, 1), order(103, "open", nil, 1),
            order(104, "comments", nil, 3, 6_000, #"{"comments":"a\nb\nc"}"#),
        ])
    }

    /// All that is known in the end, without the time it took.
    func lived(after change: Change?) throws -> [String] {
        if let sql = change?.sql { try house.alter(sql) }
        var settings = house.settings
        if let (old, new) = change?.setting {
            let text = content(at: house.configuration)!.replacing(old, with: new)
            house.folder.write(text, to: "other.yaml")
            settings = try .load(from: "\(house.folder.path)/other.yaml")
        }
        try house.send(settings)
        house.clock.advance(seconds: 20)
        var asking = try AskProviders(house.context("poll", settings))
        _ = try asking.run(only: .statuses, now: false)
        house.clock.advance(seconds: 20)
        try house.file(of: acme) { draft in
            try draft.requestRefill(of: OrderID(1), ResellerLine(.refills, 1, ref: "R-1"))
            try draft.requestCancel(of: OrderID(4), ResellerLine(.cancels, 1, ref: "C-1"))
        }
        try house.send(settings)
        return try written(settings) + received()
    }

    private func written(_ settings: Settings) throws -> [String] {
        let reports = "\(house.folder.path)/told"
        _ = try MakeReports(house.context("report", settings), directory: reports)
            .run([.summaries])
        let orders = try rows(ofCSV: content(at: "\(reports)/orders.csv") ?? "")
        return try house.table(
            "SELECT state, status, refunded, cost, provider_order, remains FROM orders ORDER BY id")
            + house.table("SELECT reference, type, amount FROM transactions ORDER BY reference")
            + house.table("SELECT kind, order_id FROM exceptions ORDER BY id")
            + house.table("SELECT kind, state, status FROM requests ORDER BY id")
            + house.table(
                "SELECT kind, status, code FROM lines WHERE kind IN ('refills', 'cancels')")
            // Without its times.
            + orders.map { $0.dropLast(3).joined(separator: ",") }
    }

    /// The requests to the provider, sorted, because concurrent ones arrive in any order.
    private func received() -> [String] {
        provider.requests.map { request in
            let fields = ["service", "link", "quantity", "order", "orders", "username", "runs"]
            let words = fields.map { field in
                (request.field(field) ?? "-").split(separator: ",").sorted().joined(separator: ",")
            }
            return (request.field("action") ?? "") + " " + words.joined(separator: " ")
        }.sorted()
    }
}

extension House {
    fileprivate func send(_ settings: Settings? = nil) throws {
        var sending = try SendDueOrders(
            context("dispatch", settings), only: nil, limit: .max)
        _ = try sending.run()
    }
}
