import BatchFiles
import Money
import Tables
import Testing
import Timestamps

@testable import Ledger

/// The cost of an order must not grow with the ledger (docs/proof.md §2): no statement of the
/// stages reads a whole table.
@Suite struct PlanTests {
    @Test func `no statement of a day's work reads a whole table`() throws {
        let books = try Books()
        for statement in try statements(of: books) {
            let plan = try books.explain(statement, "QUERY PLAN", "detail")
            // An index after SCAN is a partial one that holds only the wanted rows.
            let scans = plan.filter { $0.hasPrefix("SCAN ") && !$0.contains("USING") }
                .filter { !Self.small.contains($0) }
            #expect(scans == [], "\(statement)")
        }
    }

    /// Sorting a page would mean to read all orders of its user first.
    @Test func `a page of orders is read in its order and no further`() throws {
        let books = try Books()
        let asked = try books.statements {
            try books.ledger.show(acme) { view in
                _ = try view.orders(after: OrderID(0), nil, since: nil, limit: 1)
                _ = try view.latestOrders(1)
            }
        }
        let pages = Set(asked).filter { $0.contains("ORDER BY o.id") }
        #expect(pages.count == 2)
        for page in pages {
            let plan = try books.explain(page, "QUERY PLAN", "detail")
            #expect(plan.first?.hasPrefix("SEARCH o USING INTEGER PRIMARY KEY (rowid>?") == true)
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }

    /// SQLite makes one for an IN of more than two words, also in a CHECK or an index. It was more
    /// than half of the cost of an order.
    @Test func `no row is written with the help of a table of its own`() throws {
        let books = try Books()
        let writing = try statements(of: books).filter { statement in
            ["INSERT INTO", "UPDATE"].contains { statement.hasPrefix($0) }
                && !statement.contains("SELECT") && !statement.contains("RETURNING")
        }
        #expect(writing.count > 20)
        for statement in writing {
            let steps = try books.explain(statement, "", "opcode")
            #expect(!steps.contains("OpenEphemeral"), "\(statement)")
        }
    }

    /// The statements of a day's work.
    private func statements(of books: Books) throws -> [String] {
        try books.ledger.keep(
            [
                ServiceBackups(
                    provider: "alpha", providerService: "1",
                    backups: [ServiceBackups.Backup(provider: "alpha", providerService: "2")])
            ], at: books.now)
        let asked = try books.statements { try work(on: books) }
        let statements = Set(asked).filter { statement in
            ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { statement.hasPrefix($0) }
        }
        #expect(statements.count > 50)
        return Array(statements)
    }

    /// `word IN ('a', 'b', 'c')` in a CHECK, a partial index or a trigger is such a tree, and costs
    /// more than the row itself.
    @Test func `no guard of the ledger builds a temporary tree for each row`() throws {
        let books = try Books()
        let tables: [(name: String, same: String)] = try books.shell().inConnection { db in
            try db.all(
                """
                SELECT t.name, group_concat(c.name || ' = ' || c.name)
                FROM pragma_table_list t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.wr = 0 AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name
                """
            ) { (try $0[0], try $0[1]) }
        }
        #expect(tables.count > 15)
        for (name, same) in tables {
            for statement in [
                "INSERT INTO \(name) DEFAULT VALUES", "UPDATE \(name) SET \(same) WHERE rowid = 1",
            ] {
                let steps = try books.explain(statement, "", "opcode")
                #expect(!steps.contains("OpenEphemeral"), "\(statement)")
            }
        }
    }

    /// Tables that hold waiting rows, or a handful of rows.
    private static let small: Set = [
        "SCAN CONSTANT ROW", "SCAN alarms", "SCAN changes", "SCAN clock_jumps", "SCAN providers",
        "SCAN users",
        // A few rows, which count an index or look into it.
        "SCAN open", "SCAN counts",
    ]

    private func work(on books: Books) throws {
        try books.add(acme, funds: "100")
        try books.deposit("1", fee: "0.1")
        let order = try books.placed("A-1")
        try books.order(books.newOrder("A-1"))
        try books.settle(order, as: .partial(refund: amount("1")))
        try books.deskVerdict(.refunds) { try $0.refund(amount("1"), of: order, by: "a", $1) }
        try books.verdict(of: acme, .refills, ref: "R-1") { try $0.requestRefill(of: order, $1) }
        let second = try books.accepted("A-2")
        try books.verdict(of: acme, .cancels, ref: "C-1") { try $0.requestCancel(of: second, $1) }
        try books.verdict(of: acme, .withdrawals, ref: "W-1") {
            try $0.requestWithdrawal(of: amount("7"), fee: .zero, to: "IBAN", $1)
        }
        try books.deskVerdict(.withdrawals) {
            try $0.conclude(withdrawal: "W-1", of: acme, isPaid: true, reference: nil, $1)
        }
        try books.verdict(of: acme, .deposits, ref: "D-1") {
            try $0.claimDeposit(
                method: "bank", reference: "TX-2", amount: amount("1"), currency: usd, $1)
        }
        let third = try books.inDoubt("A-3")
        try books.deskVerdict(.decisions) {
            try $0.decide(.notPlaced, on: third, by: "a", $1)
        }
        try books.deskVerdict(.topups) {
            try $0.topUp("alpha", by: amount("1"), reference: "T", $1)
        }
        try books.claim(5, waitingForLinks: true)
        _ = try books.ledger.advance(
            recording: [
                SendOutcome(
                    order: third,
                    .postponed(
                        until: books.now, isRefusal: true, evidence: "no", isDuplicate: true))
            ], claiming: [Claim(provider: books.alpha, count: 1)], waitingForLinks: false,
            at: books.now)
        _ = try books.ledger.advance(
            recording: [SendOutcome(order: third, .refused(evidence: "no", isOfService: true))],
            claiming: [], waitingForLinks: true, offeringFrom: [books.alpha], at: books.now)
        _ = try books.ledger.hasDueOrders(of: books.alpha, at: books.now)
        try books.ledger.endLinkWaits(at: books.now)
        let reach = Reach(lookBackSeconds: 1, syncEverySeconds: 1)
        for seconds in [-200_000, 0, 400_000] {
            let moment = books.now.adding(seconds: seconds)
            _ = try books.ledger.mendClock(reach, at: moment)
            _ = try books.ledger.raiseAlarms(pollEvery: [:], at: moment)
        }
        _ = try books.ledger.doubts(with: books.alpha)
        _ = try books.ledger.holdUnanswered(at: books.now)
        _ = try books.ledger.dueToFollow(with: books.alpha, limit: 100, at: books.now)
        try books.ledger.intake(at: books.now) { _ = try $0.settled(books.arrival(acme)) }
        try books.file(of: acme) { _ = try $0.hasOpenOrder(for: "x", service: ServiceID(1)) }
        try look(at: books, third)
        try show(books, order)
        try books.ledger.issueStatusFiles(at: books.now) { _ in [] }
        try books.ledger.notePublished(try books.ledger.unpublishedStatusFiles())
    }

    /// The questions of a reseller who looks by a program.
    private func show(_ books: Books, _ order: OrderID) throws {
        try books.ledger.show(acme) { view in
            _ = try view.order(order)
            _ = try view.order(ref: "A-1")
            _ = try view.orders(after: OrderID(0), nil, since: nil, limit: 1)
            _ = try view.latestOrders(100, near: 0)
            _ = try view.refill(RequestID(1))
            _ = try view.refill(ref: " R-1")
            _ = try view.openRefill(of: order)
            _ = try view.balance()
            let service = try #require(try view.service(ServiceID(1)))
            _ = try view.isSold(service, minProfit: .zero)
        }
    }

    /// The questions of `admin`, also of a ledger of years.
    private func look(at books: Books, _ order: OrderID) throws {
        _ = try books.ledger.standing()
        _ = try books.ledger.waitingForPeople(at: books.now)
        _ = try books.ledger.openWithdrawals()
        _ = try books.ledger.withdrawal("W-1", of: acme)
        _ = try books.ledger.confirmedDeposit(method: "bank", reference: "TX-2")
        _ = try books.ledger.doubts(with: "alpha", sent: Timestamp.always, evidence: "a")
        _ = try books.ledger.objection(to: .placed(providerOrder: "7"), on: order) { _ in .silent }
    }
}
