import GRDB
import Money
import Tables
import Timestamps

/// What changed for a user since he was last told, for one status file (contract.md §4).
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
    /// How many changes it tells.
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
        /// What reached the wallet, before the fee.
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
    /// Takes what a user is to be told next out of the changes, and reads it.
    static func takeChanges(
        of user: UserID, _ db: any Connection, at now: Timestamp
    ) throws -> ChangeReport {
        let subjects = try takeSubjects(of: user, db)
        return ChangeReport(
            user: user,
            sequence: try Int64.fetchOne(
                db.grdb.cachedStatement(
                    sql: """
                        SELECT coalesce(max(sequence), 0) + 1 FROM (
                            SELECT sequence FROM status_files WHERE user_id = ?1
                            UNION ALL SELECT sequence FROM lost_status_files WHERE user_id = ?1)
                        """), arguments: [user])!,
            at: now,
            balance: try Wallets.find(db, .user(user, .available)).balance,
            orders: try orders(subjects[.order] ?? [], db),
            refills: try (subjects[.refill] ?? []).compactMap { try request($0, db) },
            cancels: try (subjects[.cancel] ?? []).compactMap { try request($0, db) },
            deposits: try (subjects[.deposit] ?? []).compactMap { try deposit($0, db) },
            withdrawals: try (subjects[.withdrawal] ?? []).compactMap { try withdrawal($0, db) },
            changes: subjects.values.reduce(0) { $0 + $1.count })
    }

    /// Takes a user's first changes out of the table: what each kind is about, in its order.
    private static func takeSubjects(
        of user: UserID, _ db: any Connection
    ) throws -> [Changes.Kind: [Int64]] {
        let changes = try db.statement(
            """
            SELECT kind, subject FROM changes WHERE user_id = ?1 ORDER BY kind, subject LIMIT ?2
            """)
        changes.bind(1, user.rawValue)
        changes.bind(2, Int64(changesPerStatusFile))
        var subjects: [Changes.Kind: [Int64]] = [:]
        var last: (kind: Changes.Kind, subject: Int64)?
        while try changes.step() {
            let kind = Changes.Kind(rawValue: changes.text(0)!)!
            let subject = changes.integer(1)!
            subjects[kind, default: []].append(subject)
            last = (kind, subject)
        }
        guard let last else { return subjects }
        try db.grdb.cachedStatement(
            sql: "DELETE FROM changes WHERE user_id = ? AND (kind, subject) <= (?, ?)"
        ).execute(arguments: [user, last.kind.rawValue, last.subject])
        return subjects
    }

    private static func orders(
        _ ids: [Int64], _ db: any Connection
    ) throws -> [ChangeReport.OrderReport] {
        let order = try db.statement(
            """
            SELECT ref, state, status, start_count, remains, charge, refunded FROM orders
            WHERE id = ?1
            """)
        return try ids.compactMap { id in
            order.bind(1, id)
            guard try order.step() else { return nil }
            defer { order.reset() }
            return ChangeReport.OrderReport(
                order: OrderID(id), ref: order.text(0)!,
                state: OrderState(rawValue: order.text(1)!)!, status: order.text(2),
                startCount: order.integer(3), remains: order.integer(4),
                charge: Amount(micros: order.integer(5)!),
                refunded: Amount(micros: order.integer(6)!))
        }
    }

    private static func request(_ id: Int64, _ db: any Connection) throws -> ChangeReport
        .RequestReport?
    {
        try db.grdb.cachedStatement(sql: "SELECT * FROM requests WHERE id = ?").fetchRow([id])
            .map { row in
                ChangeReport.RequestReport(
                    ref: row["ref"], order: row["order_id"], status: row["status"])
            }
    }

    private static func deposit(_ id: Int64, _ db: any Connection) throws -> ChangeReport
        .DepositReport?
    {
        try db.grdb.cachedStatement(sql: "SELECT * FROM deposits WHERE id = ?").fetchRow([id])
            .map { row in
                ChangeReport.DepositReport(
                    ref: row["ref"], method: row["method"], reference: row["reference"],
                    status: row["status"], credited: row["credited"], fee: row["fee"])
            }
    }

    private static func withdrawal(
        _ id: Int64, _ db: any Connection
    ) throws -> ChangeReport.WithdrawalReport? {
        try db.grdb.cachedStatement(sql: "SELECT * FROM withdrawals WHERE id = ?").fetchRow([id])
            .map { row in
                ChangeReport.WithdrawalReport(
                    ref: row["ref"], status: row["status"], amount: row["amount"],
                    fee: row["fee"], reference: row["reference"])
            }
    }
}
