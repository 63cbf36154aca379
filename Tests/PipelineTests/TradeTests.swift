import Money
import SandboxProvider
import TestHouse
import TestSupport
import Testing

/// Several providers at once, each with habits of its own, and every kind of order.
@Suite struct TradeTests {
    @Test func `with five providers and every kind of order, all the operator's files are true`()
        throws
    {
        let works = try Works(Self.panels, also: #"exchange_rates: {EUR: "1.08"}"#)
        try works.desk(
            """
            "users": [{"user": "vip", "discount_percent": "10"}],
            "topups": [\(Self.sellers.map {
                #"{"provider": "\#($0)", "amount": "1000", "reference": "TX-\#($0)"}"#
            }.joined(separator: ","))],
            "deposits": [{"user": "vip", "method": "bank", "reference": "TX-3", "amount": "50"}],
            "prices": [{"user": "vip", "service": \(try works.service(301, of: "bravo")), \
            "price": "0.95"}]
            """)
        try works.done("ingest")

        let all = try Self.sellers.flatMap { panel in
            try Order.each.map { try $0.placed(at: panel, in: works) }
        }
        let fates = try ["sandbox-partial", "sandbox-cancel", "sandbox-500-after"].flatMap { word in
            try Self.sellers.map { panel in
                try Order(
                    101, #""link": "https://a.example/\#(word)", "quantity": 333"#, 333, "\(word) "
                )
                .placed(at: panel, in: works)
            }
        }
        let stranded = try ["broke", "dead"].map { panel in
            try Order(101, #""link": "https://a.example/\#(panel)", "quantity": 500"#, 500)
                .placed(at: panel, in: works)
        }
        try works.drop(#""orders": [\#((all + fates).joined(separator: ","))]"#, for: "acme")
        try works.drop(#""orders": [\#(stranded.joined(separator: ","))]"#, for: "zenith")
        try works.drop(
            """
            "orders": [{"ref": "own price", "service": \(try works.service(301, of: "bravo")), \
            "link": "https://a.example/own", "quantity": 100}, \
            {"ref": "discount", "service": \(try works.service(302, of: "bravo")), \
            "link": "https://a.example/discount", "quantity": 100, "answer_number": 2}]
            """, for: "vip")
        try works.done("ingest")
        #expect(try works.table("SELECT * FROM lines WHERE status = 'rejected'") == [])
        try expectCharges(in: works)

        works.stop("dead")
        try works.done("dispatch")
        #expect(
            try works.statesByProvider() == [
                "alpha|in_doubt|1", "alpha|placed|\(Order.each.count + 2)", "bravo|in_doubt|1",
                "bravo|placed|\(Order.each.count + 4)", "broke|accepted|1",
                "charlie|in_doubt|1", "charlie|placed|\(Order.each.count + 2)",
                "dead|accepted|1",
            ])
        for (panel, sandbox) in works.sandboxes where panel != "broke" {
            for (link, count) in try sandbox.counts() {
                #expect(count == .init(received: 1, placed: 1), "\(link) at \(panel)")
            }
        }
        try works.expectReportsTrue()

        let waiting = try works.table("SELECT id FROM orders WHERE state = 'accepted'")
        try works.drop(
            #""cancels": [\#(waiting.map { #"{"order": \#($0)}"# }.joined(separator: ","))]"#,
            for: "zenith")
        for sandbox in works.sandboxes.values { try sandbox.advance(seconds: 1_000_000) }
        try works.settle()
        try works.done("poll balances")
        try works.expectReportsTrue()
        #expect(
            try works.statesByProvider(where: "o.state <> 'completed'") == [
                "alpha|canceled|1", "alpha|partial|1", "bravo|canceled|1", "bravo|partial|1",
                "broke|canceled|1", "charlie|canceled|1", "charlie|partial|1",
                "dead|canceled|1",
            ])
        // What each provider says we have, against what we know we paid it and were charged.
        let drifts = try works.report("providers").filter { Self.sellers.contains($0[0]) }
        #expect(drifts.map { $0[4] } == ["0.000000", "0.000000", "0.000000"])
        #expect(try works.findings() == [])
        try works.done("report audit")
        for user in ["acme", "zenith", "vip"] { try works.expectStatusFilesComplete(for: user) }
    }

    /// The same menu at each, told and charged in five ways.
    private static let panels = [
        SandboxSupplier("alpha", "--speed 0"),
        SandboxSupplier(
            "bravo", "--speed 0 --seed 2 --dialect strings,names,words,separators,lists,bare",
            currency: "EUR"),
        SandboxSupplier(
            "charlie",
            "--speed 0 --seed 3 --latency 50 --dialect numbers,wrapped,codes,warning,silent"),
        SandboxSupplier("broke", "--speed 0 --balance 0"),
        SandboxSupplier("dead", "--speed 0"),
    ]
    /// The providers that deliver.
    private static let sellers = ["alpha", "bravo", "charlie"]

    /// Every charge, by the formulas of design.md §5 from the rates of the sandbox's catalogue.
    private func expectCharges(in works: Works) throws {
        let rates = Dictionary(
            uniqueKeysWithValues: Service.catalogue.map { ("\($0.id)", $0.rate.micros) })
        func up(_ product: Int64, _ divisor: Int64) -> Int64 { (product + divisor - 1) / divisor }
        let rows = try works.table(
            """
            SELECT o.ref, p.currency, s.provider_service, o.charge
            FROM orders o JOIN services s ON s.id = o.service_id
                JOIN providers p ON p.id = s.provider_id
            """)
        for row in rows.map({ $0.split(separator: "|").map(String.init) }) {
            let rate = try #require(rates[row[2]])
            let cost = row[1] == "EUR" ? up(rate * 108, 100) : rate
            let sale = up(cost * 120, 100)
            let charge =
                switch row[0] {
                case "own price": Int64(95_000)
                case "discount": up(up(sale * 90, 100) * 100, 1_000)
                // The ref of the others ends with their units.
                case let ref where ref.hasSuffix(" package"): sale
                case let ref: up(sale * Int64(ref.split(separator: " ").last!)!, 1_000)
                }
            #expect(Int64(row[3]) == charge, "\(row[0])")
        }
        #expect(!rows.isEmpty)
    }
}

/// One line of a batch file.
private struct Order {
    /// The sandbox's service.
    let service: Int64
    /// The members of the line besides `ref` and `service`.
    let members: String
    /// The billed units; nil for a package.
    let units: Int64?

    /// The mark that makes its ref differ from others of the service.
    let mark: String

    init(_ service: Int64, _ members: String, _ units: Int64?, _ mark: String = "") {
        self.service = service
        self.mark = mark
        self.members = members
        self.units = units
    }

    /// Its line, for the house's own number of the service at a panel.
    func placed(at panel: String, in works: Works) throws -> String {
        let ref = "\(panel) \(service) \(mark)\(units.map(String.init) ?? "package")"
        return """
            {"ref": "\(ref)", "service": \(try works.service(service, of: panel)), \
            \(members.replacing("LINK", with: "https://\(panel).example/\(service)"))}
            """
    }

    /// Every kind that is sold (provider-api.md §4), and a drip-feed.
    static let each: [Order] = [
        Order(101, #""link": "LINK", "quantity": 1001"#, 1_001),
        Order(201, #""link": "LINK/drip", "quantity": 101, "runs": 3, "interval": 10"#, 303),
        Order(303, #""link": "LINK", "quantity": 107"#, 107),
        Order(105, #""link": "LINK""#, nil),
        Order(106, #""link": "LINK", "comments": ["nice", "", "so \"good\"", "é ✓"]"#, 3),
        Order(107, #""link": "LINK", "comments": "one\ntwo""#, nil),
        Order(110, #""link": "LINK", "quantity": 11, "usernames": ["u", "v"]"#, 11),
        Order(
            111, #""link": "LINK", "quantity": 11, "usernames": ["u"], "hashtags": ["h"]"#, 11),
        Order(112, #""link": "LINK", "usernames": "u\nv\nw\nx""#, 4),
        Order(113, #""link": "LINK", "quantity": 13, "hashtag": "h""#, 13),
        Order(114, #""link": "LINK", "quantity": 13, "username": "u""#, 13),
        Order(115, #""link": "LINK", "quantity": 17, "media": "https://m.example""#, 17),
        Order(120, #""username": "u", "min": 10, "max": 20, "posts": 3, "delay": 5"#, 60),
        Order(202, #""link": "LINK", "quantity": 7, "username": "u""#, 7),
        Order(203, #""link": "LINK", "username": "u", "comments": ["a", "b"]"#, 2),
        Order(302, #""link": "LINK", "quantity": 19, "answer_number": 2"#, 19),
        Order(304, #""link": "LINK", "quantity": 101, "groups": ["g"]"#, 101),
        Order(
            401,
            #""link": "LINK", "quantity": 501, "country": "DE", "device": 1, "type_of_traffic": 2"#,
            501),
        Order(402, #""link": "LINK", "quantity": 11, "keywords": ["k", "l"]"#, 11),
    ]
}

extension Works {
    /// The house's number for a panel's service.
    func service(_ id: Int64, of panel: String) throws -> String {
        try table(
            """
            SELECT s.id FROM services s JOIN providers p ON p.id = s.provider_id
            WHERE p.name = '\(panel)' AND s.provider_service = '\(id)'
            """
        ).first ?? "0"
    }

    /// The lines of one of the operator's files, below its header.
    func report(_ name: String) throws -> [[String]] {
        let csv = try #require(content(at: "\(path)/reports/latest/\(name).csv"))
        return Array(try rows(ofCSV: csv).dropFirst())
    }

    /// Makes the reports, and compares each with a sum over the ledger's rows. Made again, they
    /// must be the same bytes.
    func expectReportsTrue() throws {
        try done("report")
        let first = tree(at: "\(path)/reports/latest")
        let truth = try Recomputation(ledger: ledgerPath, currency: "USD")
        for (name, columns, lines) in truth.everything {
            let csv = try rows(
                ofCSV: String(decoding: try #require(first["\(name).csv"]), as: UTF8.self))
            let width = columns.count { $0 == "," } + 1
            #expect(csv.first?.prefix(width).joined(separator: ",") == columns)
            #expect(csv.dropFirst().map { Array($0.prefix(width)) } == lines, "\(name).csv")
        }
        try done("report summaries")
        #expect(tree(at: "\(path)/reports/latest") == first)
    }
}
