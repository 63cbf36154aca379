import BatchFiles
import Money
import Tables
import TestSupport
import Testing

@testable import Ledger

/// Orders are written many at a time. Nobody can tell from what stands in the ledger.
@Suite struct OrderWritingTests {
    @Test func `orders written together come out as if each was written alone`() throws {
        var random = Seeded()
        for _ in 0..<12 {
            let files = (0..<3).map { _ in Self.orders(&random) }
            let isAborting = random.next() % 3 == 0
            let together = try written(files, isAborting) { try $0.accept($1, $2) }
            let alone = try written(files, isAborting) { try $0.acceptAlone($1, $2) }
            #expect(together == alone, "SEED=\(random.seed)")
        }
    }

    @Test(arguments: [1, 2, 3, 31, 32, 33, 64, 100, 127])
    func `a file of any length has one hold for each order`(count: Int) throws {
        let books = try Books()
        try books.add(acme, funds: "1000")
        let file = try books.file(of: acme) { draft in
            for number in 1...count {
                let ref = "A-\(number)"
                try draft.accept(books.newOrder(ref), ResellerLine(.orders, number, ref: ref))
            }
        }
        let lines = try books.lines(of: file, .orders)
        #expect(lines.map(\.line) == (1...Int64(count)).map(\.self))
        #expect(lines.compactMap(\.order) == (1...Int64(count)).map(\.self))
        let holds: Int = try books.value(
            """
            SELECT count(*) FROM transactions t JOIN orders o ON o.id = t.order_id
            WHERE t.type = 'hold' AND t.amount = o.charge AND t.file_id = o.file_id
                AND t.reference = 'hold:' || o.id AND t.created_at = o.created_at
            """)
        #expect(holds == count)
        #expect(try books.balance(.held) == Amount(micros: 2_000_000 * Int64(count)))
        try books.expectSound()
    }

    /// A broken rule is no duplicate: it must not end as an outcome of the line.
    @Test func `an order that breaks a rule of the schema ends the commit`() throws {
        let books = try Books()
        try books.add(acme, funds: "10")
        #expect(throws: StoreError.self) {
            try books.file(of: acme) { draft in
                for number in 1...4 {
                    let units: Int64 = number == 3 ? 0 : 1
                    try draft.accept(
                        NewOrder(
                            ref: "A-\(number)", service: ServiceID(1), provider: books.alpha,
                            link: nil, quantity: nil, parameters: nil, billedUnits: units,
                            charge: amount("1")),
                        ResellerLine(.orders, number, ref: "A-\(number)"))
                }
            }
        }
        #expect(try books.value("SELECT count(*) FROM orders") == 0)
        #expect(try books.balance() == amount("10"))
        try books.expectSound()
    }

    // MARK: Random files

    private struct Written: Equatable {
        var lines: [String] = []
        var rows: [String] = []
        var rejections: [String] = []
    }

    /// Orders with references that come again, with the same content or another, that are spelled
    /// in another way, or that cannot be paid for.
    private static func orders(_ random: inout Seeded) -> [(ref: String, charge: String)] {
        let usual = Int(random.next() % 90) + 1
        return (0..<usual).map { number in
            let ref =
                switch random.next() % 12 {
                case 0: "A-\(random.next() % 40)"
                case 1: random.next() % 4 == 0 ? " A-\(number)" : "B-\(number)"
                default: "\(random.next())"
                }
            let charge =
                switch random.next() % 20 {
                case 0: "400"
                case 1: "9000"
                default: "0.00\(number + 10)"
                }
            return (ref, charge)
        }
    }

    private func written(
        _ files: [[(ref: String, charge: String)]], _ keepsRejections: Bool,
        _ accept: (ResellerDraft, NewOrder, ResellerLine) throws -> Void
    ) throws -> Written {
        let books = try Books()
        try books.add(acme, funds: "1000", creditLimit: "5")
        var written = Written()
        for file in files {
            let id = try books.file(of: acme) { draft in
                draft.keepsRejections = keepsRejections
                for (index, order) in file.enumerated() {
                    let line = ResellerLine(.orders, index + 1, ref: order.ref)
                    if order.charge == "400", index % 2 == 0 {
                        try draft.reject(line, Rejection(.belowCost, "too cheap"))
                    } else {
                        try accept(draft, books.newOrder(order.ref, charge: order.charge), line)
                    }
                }
                try draft.writeOrders()
                written.rejections += draft.rejections.map { "\($0.line.number) \($0.rejection)" }
            }
            written.lines += try books.lines(of: id, .orders).map { "\($0)" }
            written.lines.append("\(try books.report(of: id))")
        }
        for table in ["orders", "transactions", "wallets", "spellings", "sales"] {
            written.rows += try books.ledger.read { db in
                try db.all("SELECT * FROM \(raw: table) ORDER BY 1, 2") { row in
                    let values: [SQLValue] = try row.names.indices.map { try row[$0] }
                    return "\(table) \(values)"
                }
            }
        }
        try books.expectSound()
        return written
    }
}
