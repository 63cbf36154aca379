import Money
import Tables
import Timestamps

/// What changed for a user since the last status file: the content of the next one (contract.md
/// §4).
package struct ChangeReport: Sendable {
    package let user: UserID
    package let sequence: Int64
    package let at: Timestamp
    package let balance: Amount
    package let orders: [OrderReport]
    package let refills: [RequestReport]
    package let cancels: [RequestReport]
    package let deposits: [DepositReport]
    package let withdrawals: [WithdrawalReport]
    /// How many changes it reports.
    let changes: Int

    package struct OrderReport: Sendable {
        package let order: OrderID
        package let ref: String
        package let state: OrderState
        /// The provider's last word.
        package let status: String?
        package let startCount: Int64?
        package let remains: Int64?
        package let charge: Amount
        package let refunded: Amount
    }

    package struct RequestReport: Sendable {
        package let ref: String
        package let order: OrderID
        package let status: String?
    }

    package struct DepositReport: Sendable {
        package let ref: String?
        package let method: String
        package let reference: String
        package let status: String
        /// The amount that reached the wallet, before the fee.
        package let credited: Amount?
        package let fee: Amount?
    }

    package struct WithdrawalReport: Sendable {
        package let ref: String
        package let status: String
        package let amount: Amount
        package let fee: Amount
        package let reference: String?
    }
}

extension Ledger {
    /// Takes the changes that a user's next status file reports out of the table, and reads them.
    static func takeChanges(
        of user: UserID, _ db: any Connection, at now: Timestamp
    ) throws -> ChangeReport {
        let (subjects, orders) = try takeSubjects(of: user, db)
        return ChangeReport(
            user: user,
            sequence: try db.one(
                """
                SELECT coalesce(max(sequence), 0) + 1 FROM (
                    SELECT sequence FROM status_files WHERE user_id = \(user)
                    UNION ALL SELECT sequence FROM lost_status_files WHERE user_id = \(user)) named
                """),
            at: now,
            balance: try Wallets.find(db, .user(user, .available)).balance,
            orders: orders,
            refills: try (subjects[.refill] ?? []).compactMap { try request($0, db) },
            cancels: try (subjects[.cancel] ?? []).compactMap { try request($0, db) },
            deposits: try (subjects[.deposit] ?? []).compactMap { try deposit($0, db) },
            withdrawals: try (subjects[.withdrawal] ?? []).compactMap { try withdrawal($0, db) },
            changes: subjects.values.reduce(orders.count) { $0 + $1.count })
    }

    /// Takes a user's first changes out of the table: the orders, which are most of them, and the
    /// subjects of each other kind, in order.
    private static func takeSubjects(
        of user: UserID, _ db: any Connection
    ) throws -> ([Changes.Kind: [Int64]], [ChangeReport.OrderReport]) {
        var subjects: [Changes.Kind: [Int64]] = [:]
        var orders: [ChangeReport.OrderReport] = []
        var last: (kind: Changes.Kind, subject: Int64)?
        try db.forEach(
            """
            SELECT c.kind, c.subject, o.ref, o.state, o.status, o.start_count, o.remains, o.charge,
                o.refunded
            FROM changes c LEFT JOIN orders o ON c.kind = 'order' AND o.id = c.subject
            WHERE c.user_id = \(user) ORDER BY c.kind, c.subject LIMIT \(changesPerStatusFile)
            """
        ) { row in
            let change: (kind: Changes.Kind, subject: Int64) = (try row[0], try row[1])
            last = change
            if change.kind == .order {
                guard !row.isNull(3) else { return }
                orders.append(
                    ChangeReport.OrderReport(
                        order: OrderID(change.subject), ref: try row[2], state: try row[3],
                        status: try row[4], startCount: try row[5], remains: try row[6],
                        charge: try row[7], refunded: try row[8]))
            } else {
                subjects[change.kind, default: []].append(change.subject)
            }
        }
        guard let last else { return (subjects, orders) }
        try db.run(
            """
            DELETE FROM changes
            WHERE user_id = \(user) AND (kind, subject) <= (\(last.kind), \(last.subject))
            """)
        return (subjects, orders)
    }

    private static func request(
        _ id: Int64, _ db: any Connection
    ) throws -> ChangeReport.RequestReport? {
        try db.first("SELECT ref, order_id, status FROM requests WHERE id = \(id)") { row in
            ChangeReport.RequestReport(
                ref: try row["ref"], order: try row["order_id"], status: try row["status"])
        }
    }

    private static func deposit(
        _ id: Int64, _ db: any Connection
    ) throws -> ChangeReport.DepositReport? {
        try db.first("SELECT * FROM deposits WHERE id = \(id)") { row in
            ChangeReport.DepositReport(
                ref: try row["ref"], method: try row["method"], reference: try row["reference"],
                status: try row["status"], credited: try row["credited"], fee: try row["fee"])
        }
    }

    private static func withdrawal(
        _ id: Int64, _ db: any Connection
    ) throws -> ChangeReport.WithdrawalReport? {
        try db.first("SELECT * FROM withdrawals WHERE id = \(id)") { row in
            ChangeReport.WithdrawalReport(
                ref: try row["ref"], status: try row["status"], amount: try row["amount"],
                fee: try row["fee"], reference: try row["reference"])
        }
    }
}
