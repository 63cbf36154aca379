import BatchFiles
import Money
import Tables
import Testing

@testable import Ledger

/// Every invariant finds its violations, and names the row.
@Suite struct AuditTests {
    let books: Books

    /// Order 1 completed, 2 and 3 placed, 4 in doubt, 5 accepted; a withdrawal held.
    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
        try books.settle(try books.placed("A-1"), as: .completed)
        _ = try books.placed("A-2")
        _ = try books.placed("A-3")
        _ = try books.inDoubt("A-4")
        _ = try books.accepted("A-5")
        try books.verdict(of: acme, .withdrawals, ref: "W-1") {
            try $0.requestWithdrawal(of: amount("7"), fee: .zero, to: "IBAN", $1)
        }
    }

    /// A withdrawal that was paid, less its fee.
    private func payOut() throws {
        try books.verdict(of: acme, .withdrawals, ref: "W-2") {
            try $0.requestWithdrawal(of: amount("3"), fee: amount("1"), to: "IBAN", $1)
        }
        try books.deskVerdict(.withdrawals) {
            try $0.conclude(withdrawal: "W-2", of: acme, isPaid: true, reference: nil, $1)
        }
    }

    @Test func `a refund after the end and a paid withdrawal are sound`() throws {
        try payOut()
        try books.deskVerdict(.refunds) {
            try $0.refund(amount("0.5"), of: OrderID(1), by: "anna", $1)
        }
        try books.expectSound()
    }

    /// A falsification of the books behind the ledger's back, and the row the audit must name.
    struct Violation: Sendable, CustomTestStringConvertible {
        let invariant: Int
        let sql: String
        let row: String
        var testDescription: String { "\(invariant): \(sql)" }

        init(_ invariant: Int, _ sql: String, row: String) {
            self.invariant = invariant
            self.sql = sql
            self.row = row
        }
    }

    @Test func `sums that overflow on their way are added up all the same`() throws {
        let huge = amount("9000000000000")
        func adjust(by amount: Amount) throws {
            try books.deskVerdict(.adjustments) {
                try $0.adjust(zenith, by: amount, by: "anna", $1)
            }
        }
        // Twice the greatest number came to zenith, and zenith and acme together have as much.
        try books.add(zenith, funds: "9000000000000")
        try adjust(by: amount("-9000000000000"))
        try adjust(by: huge)
        try books.deskVerdict(.adjustments) {
            try $0.adjust(acme, by: huge, by: "anna", $1)
        }
        #expect(try books.balance(of: zenith) == huge)
        #expect(try books.balance() > huge)
        try books.expectSound()
    }

    @Test(arguments: [
        Violation(
            1, "UPDATE wallets SET balance = balance + 3 WHERE name = 'revenue'",
            row: #"currency="USD" total=3"#),
        Violation(
            2,
            """
            UPDATE wallets SET balance = balance - 1 WHERE name = 'revenue';
            UPDATE wallets SET balance = balance + 1 WHERE name = 'fees';
            """, row: #"name="revenue" balance=1999999 transactions=2000000"#),
        Violation(
            3, "UPDATE wallets SET balance = -1 WHERE name = 'available'",
            row: #"user="acme" name="available" balance=-1 credit_limit=0"#),
        Violation(
            4, "UPDATE withdrawals SET status = 'declined', ended_at = 1",
            row: #"user="acme" held=15000000 open=8000000"#),
        Violation(
            5,
            """
            DROP TRIGGER transactions_never_updated;
            UPDATE transactions SET amount = amount - 1 WHERE reference = 'hold:5';
            """, row: #"order=5 state="accepted" charge=2000000 holds=1 held=1999999 settled=0"#),
        Violation(
            5,
            """
            DROP TRIGGER orders_move_forward;
            UPDATE orders SET state = 'refused', ended_at = 1 WHERE id = 5;
            """, row: #"order=5 state="refused" charge=2000000 holds=1 held=2000000 settled=0"#),
        Violation(
            5,
            """
            INSERT INTO orders (user_id, file_id, line, ref, service_id, billed_units, charge,
                                state, provider_id, created_at)
            SELECT user_id, file_id, 9, 'free', 1, 1, 5, 'accepted', 1, 0 FROM orders WHERE id = 5
            """, row: #"order=6 state="accepted" charge=5 holds=NULL held=NULL settled=NULL"#),
        Violation(
            5, "UPDATE orders SET refunded = 1 WHERE id = 1",
            row: #"settled=2000000 captured=2000000 refunded=1 returned=0"#),
        Violation(
            5,
            """
            DROP TRIGGER orders_move_forward;
            UPDATE orders SET state = 'canceled' WHERE id = 1;
            """, row: #"order=1 state="canceled" charge=2000000 holds=1"#),
        Violation(
            5,
            """
            DROP TRIGGER transactions_never_updated;
            UPDATE transactions SET type = 'release' WHERE reference = 'capture:1';
            UPDATE orders SET refunded = charge WHERE id = 1;
            """, row: #"order=1 state="completed" charge=2000000 holds=1"#),
        Violation(
            6,
            """
            INSERT INTO transactions (reference, type, from_wallet_id, to_wallet_id, amount,
                                      order_id, created_at)
            SELECT 'again', type, from_wallet_id, to_wallet_id, amount, order_id, 0
            FROM transactions WHERE reference = 'capture:1'
            """, row: #"order=1 type="capture" times=2"#),
        Violation(
            7, "UPDATE files SET lines = 2 WHERE first_order = 5",
            row: "lines=2 accepted=1 rejected=0"),
        Violation(
            7, "UPDATE files SET charged = charged - 1 WHERE first_order = 5",
            row: "charged=1999999 charges=2000000"),
        Violation(
            7, "UPDATE deposits SET credited = credited + 1",
            row: #"status="confirmed" credited=100000001 fee=0 moved=100000000 fee_moved=NULL"#),
        Violation(
            7, "UPDATE deposits SET fee = 1",
            row: #"credited=100000000 fee=1 moved=100000000 fee_moved=NULL"#),
        Violation(
            7, "UPDATE withdrawals SET amount = amount + 1 WHERE ref = 'W-1'",
            row: #"status="held" amount=7000001 fee=0 held=7000000"#),
        Violation(
            7, "UPDATE withdrawals SET fee = fee + 1 WHERE ref = 'W-2'",
            row: #"amount=3000000 fee=1000001 held=3000000 paid=2000000 fee_moved=1000000"#),
        Violation(
            7, "UPDATE transaction_fees SET fee_amount = 7",
            row: #"fee_amount=7 type="withdrawal" moved_as="fee" moved=1000000"#),
        Violation(
            8, "UPDATE files SET status = 'rejected' WHERE first_order = 5",
            row: #"status="rejected" has="order" id=5"#),
        Violation(
            9, "DROP TRIGGER transactions_never_deleted; DELETE FROM transactions WHERE id = 2",
            row: #"what="ids""#),
        Violation(
            9, "DROP TRIGGER transactions_never_updated",
            row: #"what="trigger is missing" name="transactions_never_updated""#),
        Violation(
            9,
            """
            DROP TRIGGER transactions_never_updated;
            CREATE TRIGGER transactions_never_updated BEFORE UPDATE ON transactions
            WHEN OLD.id < 0 BEGIN SELECT RAISE(ABORT, 'a transaction is never updated'); END;
            """, row: #"what="trigger is another" name="transactions_never_updated""#),
        Violation(
            9, "DROP TRIGGER wallets_never_replaced",
            row: #"what="trigger is missing" name="wallets_never_replaced""#),
        Violation(
            9,
            """
            CREATE TRIGGER mine AFTER INSERT ON lines
            BEGIN UPDATE users SET credit_limit = 9; END
            """, row: #"what="trigger is not ours" name="mine""#),
        Violation(
            10,
            """
            DROP INDEX attempts_live;
            INSERT INTO attempts (order_id, number, provider_id, started_at) VALUES (4, 2, 1, 0);
            """, row: "order=4 attempts=2"),
        Violation(
            11, "UPDATE attempts SET outcome = 'not_sent' WHERE order_id = 4",
            row: #"order=4 state="in_doubt" outcome=NULL"#),
        Violation(
            11, "UPDATE attempts SET outcome = 'unknown' WHERE order_id = 2",
            row: #"order=2 state="placed" outcome="unknown""#),
        Violation(
            11, "UPDATE orders SET state = 'sending' WHERE id = 5",
            row: #"order=5 state="sending" outcome="none""#),
        Violation(
            11,
            "INSERT INTO attempts (order_id, number, provider_id, started_at) VALUES (5, 1, 1, 0)",
            row: #"order=5 state="accepted" outcome=NULL"#),
        Violation(
            12, "UPDATE attempts SET outcome = 'not_sent' WHERE order_id = 2",
            row: #"order=2 state="without attempt" provider=1"#),
        Violation(
            12, "UPDATE orders SET provider_order = NULL WHERE id = 2",
            row: #"order=2 state="placed" provider=1 provider_order=NULL"#),
        Violation(
            12,
            """
            DROP INDEX orders_by_provider_order;
            UPDATE orders SET provider_order = 'same' WHERE id IN (2, 3);
            """, row: #"order=2 state="twice" provider=1 provider_order="same""#),
        Violation(
            13, "UPDATE orders SET provider_id = 99 WHERE id = 5",
            row: #"table="orders" rowid=5 parent="providers""#),
        Violation(
            13,
            "DROP TRIGGER orders_keep_their_sale; UPDATE orders SET sale_id = NULL WHERE id = 5",
            row: "order=5 service=1 sale=NULL sold_as=NULL"),
        Violation(
            13,
            """
            REPLACE INTO orders (user_id, file_id, line, ref, service_id, billed_units, charge,
                                 state, provider_id, created_at)
            SELECT user_id, file_id, line, ref, service_id, billed_units, charge, state,
                provider_id, 0
            FROM orders WHERE id = 5
            """, row: #"table="transactions""#),
    ])
    func `a violation is found and named`(violation: Violation) throws {
        try payOut()
        try books.expectSound()
        try books.shell().inConnection { db in
            try db.script("PRAGMA ignore_check_constraints = ON")
            try db.script(violation.sql)
        }
        let findings = try books.ledger.audit()
        let finding = try #require(
            findings.first { $0.invariant == violation.invariant }, "\(findings)")
        #expect(
            finding.violations.contains { $0.contains(violation.row) }, "\(finding.violations)")
    }

    @Test func `every invariant of the design is there, and each has a seeded violation`() {
        #expect(Invariant.all.map(\.number) == Array(1...13))
    }

    @Test func `a finding shows some violations and counts all of them`() throws {
        try books.shell().inConnection { db in
            for number in 0..<30 {
                try db.script(
                    "INSERT INTO wallets (name, currency, balance) VALUES ('fees', 'X\(number)', 1)"
                )
            }
        }
        let finding = try #require(try books.ledger.audit().first)
        #expect(finding.invariant == 1 && finding.count == 30)
        #expect(finding.violations.count == Ledger.violationsShown)
    }
}
