import GRDB
import Money
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

/// A status file that is committed and not yet known to be on disk.
package struct StatusFile: Sendable {
    package let user: UserID
    package let sequence: Int64
    package let content: [UInt8]
}

extension Ledger {
    /// The most changes one status file tells; more make another file.
    static let changesPerStatusFile = 5_000

    /// Gives every user with changes his next status file, one commit each: the number, the bytes,
    /// and that these changes are told. The numbers of a user rise without a gap.
    package func issueStatusFiles(
        at now: Timestamp, render: (ChangeReport) -> [UInt8]
    ) throws {
        while let user = try read({
            try UserID.fetchOne($0, sql: "SELECT user_id FROM changes LIMIT 1")
        }) {
            try commit { db in
                let report = try Self.takeChanges(of: user, db, at: now)
                try db.execute(
                    sql: """
                        INSERT INTO status_files (user_id, sequence, at, content)
                        VALUES (?, ?, ?, ?)
                        """,
                    arguments: [
                        user, report.sequence, now,
                        String(decoding: render(report), as: UTF8.self),
                    ])
            }
        }
    }

    /// The status files that are to be written, by user and number; those after `last`.
    package func unpublishedStatusFiles(
        after last: StatusFile? = nil, limit: Int = 100
    ) throws -> [StatusFile] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT user_id, sequence, content FROM status_files
                    WHERE content IS NOT NULL AND (user_id, sequence) > (?, ?)
                    ORDER BY user_id, sequence LIMIT ?
                    """, arguments: [last?.user.rawValue ?? "", last?.sequence ?? 0, limit]
            ).map { row in
                StatusFile(
                    user: row["user_id"], sequence: row["sequence"],
                    content: Array((row["content"] as String).utf8))
            }
        }
    }

    /// Notes that status files are on disk.
    package func notePublished(_ files: [StatusFile]) throws {
        try commit { db in
            for file in files {
                try db.cachedStatement(
                    sql: """
                        UPDATE status_files SET content = NULL WHERE user_id = ? AND sequence = ?
                        """
                ).execute(arguments: [file.user, file.sequence])
            }
        }
    }
}

extension Ledger {
    private static func takeChanges(
        of user: UserID, _ db: Database, at now: Timestamp
    ) throws -> ChangeReport {
        let changes = try Row.fetchAll(
            db,
            sql: """
                DELETE FROM changes WHERE user_id = ?1 AND (kind, subject) IN
                    (SELECT kind, subject FROM changes WHERE user_id = ?1
                     ORDER BY kind, subject LIMIT ?2)
                RETURNING kind, subject
                """, arguments: [user, changesPerStatusFile])
        func subjects(_ kind: Changes.Kind) -> [Int64] {
            changes.filter { $0["kind"] == kind.rawValue }.map { $0["subject"] as Int64 }.sorted()
        }
        return ChangeReport(
            user: user,
            sequence: try Int64.fetchOne(
                db,
                sql: """
                    SELECT coalesce(max(sequence), 0) + 1 FROM (
                        SELECT sequence FROM status_files WHERE user_id = ?1
                        UNION ALL SELECT sequence FROM lost_status_files WHERE user_id = ?1)
                    """,
                arguments: [user])!,
            at: now,
            balance: try Wallets.find(db, .user(user, .available)).balance,
            orders: try subjects(.order).compactMap { try order($0, db) },
            refills: try subjects(.refill).compactMap { try request($0, db) },
            cancels: try subjects(.cancel).compactMap { try request($0, db) },
            deposits: try subjects(.deposit).compactMap { try deposit($0, db) },
            withdrawals: try subjects(.withdrawal).compactMap { try withdrawal($0, db) })
    }

    private static func order(_ id: Int64, _ db: Database) throws -> ChangeReport.OrderReport? {
        try db.cachedStatement(sql: "SELECT * FROM orders WHERE id = ?").fetchRow([id]).map { row in
            ChangeReport.OrderReport(
                order: row["id"], ref: row["ref"], state: row["state"], status: row["status"],
                startCount: row["start_count"], remains: row["remains"], charge: row["charge"],
                refunded: row["refunded"])
        }
    }

    private static func request(_ id: Int64, _ db: Database) throws -> ChangeReport.RequestReport? {
        try db.cachedStatement(sql: "SELECT * FROM requests WHERE id = ?").fetchRow([id])
            .map { row in
                ChangeReport.RequestReport(
                    ref: row["ref"], order: row["order_id"], status: row["status"])
            }
    }

    private static func deposit(_ id: Int64, _ db: Database) throws -> ChangeReport.DepositReport? {
        try db.cachedStatement(sql: "SELECT * FROM deposits WHERE id = ?").fetchRow([id])
            .map { row in
                ChangeReport.DepositReport(
                    ref: row["ref"], method: row["method"], reference: row["reference"],
                    status: row["status"], credited: row["credited"], fee: row["fee"])
            }
    }

    private static func withdrawal(
        _ id: Int64, _ db: Database
    ) throws -> ChangeReport.WithdrawalReport? {
        try db.cachedStatement(sql: "SELECT * FROM withdrawals WHERE id = ?").fetchRow([id])
            .map { row in
                ChangeReport.WithdrawalReport(
                    ref: row["ref"], status: row["status"], amount: row["amount"],
                    fee: row["fee"], reference: row["reference"])
            }
    }
}
