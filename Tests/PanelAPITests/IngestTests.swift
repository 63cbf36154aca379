import BatchFiles
import Identity
import Ledger
import Money
import SQLiteTables
import StrictJSON
import TestHouse
import Testing
import Trade

@testable import PanelAPI

/// What calls ask for, taken by the built `ingest`.
@Suite struct IngestTests {
    /// Services of the sandbox, and the fields of a call that orders each, with its billed units.
    private static let orders: [(service: String, fields: String, units: Int64)] = [
        ("101", "link=l1&quantity=100", 100),
        ("101", "link=l2&quantity=100&runs=3&interval=9", 300),
        ("102", "link=l3&quantity=10&runs=1&interval=", 10),
        ("104", "link=l4&quantity=10&runs=0", 10),
        ("105", "link=l5&quantity=7&comments=x", 1), ("106", "link=l6&comments=a&comments=b", 2),
        ("106", "link=l7&quantity=9&comments=['a', 'b', 'c']", 3),
        ("107", "link=l8&comments=a\\nb", 1),
        ("110", "link=l9&quantity=10&usernames=u1%0D%0Au2", 10),
        ("111", "link=l10&quantity=10&usernames=u1&hashtags=h1", 10),
        ("112", "link=l11&usernames=u1&usernames=u2&quantity=99", 2),
        ("113", "link=l12&quantity=10&hashtag=h", 10),
        ("114", "link=l13&quantity=10&username=u", 10),
        ("115", "link=l14&quantity=10&media=m", 10),
        ("120", "username=acme&min=10&max=20&posts=3&delay=0&old_posts=0&expiry=31/12/2099", 60),
        ("202", "link=l15&quantity=5&username=u", 5), ("203", "link=l16&username=u&comments=a", 1),
        ("302", "link=l17&quantity=10&answer_number=2", 10),
        ("304", "link=l18&quantity=100&groups=g1%0Ag2", 100),
        (
            "401", "link=l19&quantity=500&country=DE&device=1&type_of_traffic=1&google_keyword=k",
            500
        ),
        ("402", "link=l20&quantity=10&keywords=k1%0Ak2", 10),
    ]

    @Test func `ingest takes an order of every type as it was asked for`() async throws {
        let shop = try Shop()
        #expect(
            Set(try Self.orders.map { try shop.type(of: $0.service) })
                == Set(OrderType.all.map(\.name)))
        for (service, fields, units) in Self.orders {
            let number = try shop.service(service)
            let answer = try await shop.answer("action=add&service=\(number)&\(fields)")
            let orders = try shop.works.orders(of: "acme")
            let last = try #require(orders.last)
            #expect(answer == "{\"order\":\(last)}", "\(fields)")
            #expect(
                try shop.works.table("SELECT billed_units FROM orders WHERE id = \(last)")
                    == ["\(units)"], "\(fields)")
        }
        #expect(try shop.works.count("orders") == Self.orders.count)
        #expect(try shop.works.findings() == [])
    }

    @Test func `asking again with a ref, cancelling and asking for refills are as told`()
        async throws
    {
        let shop = try Shop()
        let call = "action=add&service=\(try shop.service("101"))&quantity=100&link=l&ref=A-1"
        let first = try await shop.answer(call)
        #expect(try await shop.answer(call) == first)
        #expect(try await shop.answer("\(call)&quantity=101").contains("ref has another order"))
        let order = try #require(try shop.works.orders(of: "acme").first)
        #expect(
            try await shop.answer("action=refill&order=\(order)")
                == #"{"error":"This order can not be refilled"}"#)
        #expect(
            try await shop.answer("action=cancel&orders=\(order),77")
                == "[{\"order\":\(order),\"cancel\":1},"
                + #"{"order":77,"cancel":{"error":"Incorrect order ID"}}]"#)
        #expect(
            try await shop.answer("action=status&order=\(order)")
                == #"{"charge":"0.000000","start_count":null,"status":"Canceled","#
                + #""remains":"100","currency":"USD"}"#)
        #expect(
            try await shop.answer("action=cancel&order=\(order)")
                == #"{"error":"This order can not be canceled"}"#)
        #expect(
            try await shop.answer(
                "action=add&service=\(try shop.service("402"))&link=l"
                    + "&quantity=5000&keywords=k") == #"{"error":"Not enough funds on balance"}"#)
        #expect(try shop.works.count("orders") == 1)
        #expect(try shop.works.findings() == [])
    }
}

/// A house whose user `acme` has 100.00 USD, at which calls are answered with the built `ingest`.
private struct Shop {
    let works = Works()

    init() throws {
        let sandbox = try works.start("sandbox", "--speed 0")
        try works.configure([.unpaused("sandbox", url: sandbox.url)])
        try works.desk(
            #"""
            "users": [{"user": "acme"}],
            "deposits": [{"user": "acme", "method": "bank", "reference": "1", "amount": "100"}]
            """#)
        try works.done("ingest", "poll catalogue")
    }

    func service(_ id: String) throws -> String {
        try #require(
            try works.table("SELECT id FROM services WHERE provider_service = '\(id)'").first)
    }

    func type(of id: String) throws -> String {
        try #require(
            try works.table("SELECT type FROM services WHERE provider_service = '\(id)'").first)
    }

    func answer(_ body: String) async throws -> String {
        let call = try PanelCall(CallForm(body: Array(body.utf8)))
        let ledger = try Ledger.openExistingUnchecked(
            in: SQLiteFile(works.ledgerPath), currency: usd)
        let desk = CallDesk(
            currency: usd, rules: CallRules(links: .standard, minProfit: .zero),
            look: { try ledger.show(acme, $0) },
            take: { [works] lines in try Self.take(lines, in: works) })
        return try await call.answer(at: desk).text
    }

    /// Has the lines taken as one file of the reseller, and reads their receipt.
    private static func take(_ lines: [CallLine], in works: Works) throws -> [LineFate] {
        let kind = try #require(lines.first).kind
        let objects = lines.map { String(decoding: $0.object, as: UTF8.self) }
        let receipt = try works.drop("\"\(kind.rawValue)\":[\(objects.joined(separator: ","))]")
        try works.done("ingest")
        let text = try works.read("\(works.spool)/resellers/acme/outbox/\(receipt)")
        guard case .array(let answers)? = try JSONValue(parsing: Array(text.utf8))[kind.rawValue]
        else { throw WorldFailure("the receipt has no \(kind.rawValue): \(text)") }
        return try answers.map { answer in
            if case .string(let code)? = answer["code"] {
                return .refused(try #require(RejectionCode(rawValue: code)))
            }
            guard case .number(let order)? = answer["order"] else { return .done(nil) }
            return .done(order.integer.map { OrderID($0) })
        }
    }
}
