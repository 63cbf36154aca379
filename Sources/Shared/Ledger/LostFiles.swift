import GRDB
import Timestamps

/// A file of the lost time that is taken again: what it did then it may have done for the world.
private struct LostFile {
    let owner: String
    let digest: String
    /// When the ledger that was restored ends.
    let since: Timestamp
    let hasReceipt: Bool

    /// Nil where the file is none of those.
    init?(_ arrival: Arrival, in intake: Intake) throws {
        guard try intake.hasRetakenFiles.get() else { return nil }
        owner = arrival.user?.rawValue ?? ""
        digest = arrival.digest
        let row = try intake.db.cachedStatement(
            sql:
                "SELECT lost_since, has_receipt FROM retaken_files WHERE user_id = ? AND sha256 = ?"
        ).fetchRow([owner, digest])
        guard let row else { return nil }
        since = row[0]
        hasReceipt = row[1]
    }
}

extension FileDraft {
    /// Holds as in doubt what a file of the lost time put in line to be sent: its orders, and orders
    /// that a decision in it called not placed, or would. Its refills are not asked for again. What was taken
    /// then and is not now is told to the operator.
    func holdIfRetaken() throws {
        guard let lost = try LostFile(arrival, in: intake) else { return }
        try Decisions.voidResending(db, of: file, at: intake.now)
        try db.execute(
            literal: """
                UPDATE requests SET state = 'sending'
                WHERE kind = 'refill' AND state = 'accepted' AND user_id = \(arrival.user)
                    AND ref IN (SELECT ref FROM lines WHERE file_id = \(file) AND kind = 'refills')
                """)
        let orders = try OrderID.fetchAll(
            db,
            sql: """
                SELECT id FROM orders WHERE id BETWEEN ?1 AND ?2 AND state = 'accepted'
                UNION
                SELECT o.id FROM lines l JOIN orders o ON o.id = l.order_id
                WHERE l.file_id = ?3 AND l.kind = 'decisions' AND o.state = 'accepted'
                """, arguments: [firstOrder, lastOrder, file])
        let losing = LostOrders(db, OrderMoves(db, postings, at: intake.now), at: intake.now)
        for order in orders { try losing.hold(order, since: lost.since) }
        if lost.hasReceipt { try noteRejectedBefore(lost) }
        try tellRejected(lost)
    }

    /// What its receipt rejected was not sent for this file.
    private func noteRejectedBefore(_ lost: LostFile) throws {
        let orders = try OrderID.fetchAll(
            db,
            sql: """
                SELECT id FROM orders o WHERE id BETWEEN ?1 AND ?2 AND NOT EXISTS (
                    SELECT 1 FROM lost_lines x WHERE x.user_id = ?3 AND x.sha256 = ?4
                        AND x.kind = 'orders' AND x.line = o.line)
                """, arguments: [firstOrder, lastOrder, lost.owner, lost.digest])
        for order in orders {
            try Attempts(db).note("the receipt of the lost time rejects it", on: order)
        }
    }

    /// Raises an exception for each line that was accepted in the lost time and is rejected now: so many of
    /// them, and one for the rest.
    private func tellRejected(_ lost: LostFile) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT l.kind, l.line, l.ref, l.code, l.detail, x.order_id
                FROM lost_lines x JOIN lines l ON l.file_id = ?1 AND l.kind = x.kind AND l.line = x.line
                WHERE x.user_id = ?2 AND x.sha256 = ?3 AND l.status = 'rejected'
                ORDER BY l.kind, l.line
                """, arguments: [file, lost.owner, lost.digest])
        for row in rows.prefix(Self.mostTold) {
            let ref = (row["ref"] as String?).map { " (\($0))" } ?? ""
            let order = (row["order_id"] as Int64?).map { " as order \($0)" } ?? ""
            try intake.tell(
                "\(arrival.inWords), \(row["kind"] as String) \(row["line"] as Int64)\(ref): accepted\(order) "
                    + "in the time that was lost, now rejected: \(row["code"] as String), "
                    + "\(row["detail"] as String? ?? ""); what it did then was done: look what came of it, "
                    + "at the provider's or the bank's, and put it right by a desk file")
        }
        if rows.count > Self.mostTold {
            try intake.tell(
                "\(arrival.inWords): \(rows.count - Self.mostTold) more lines that were accepted in the time "
                    + "that was lost are rejected now; its receipt names them")
        }
    }

    /// The most rejected lines of a file that are told one by one.
    private static let mostTold = 1_000
}

extension Intake {
    /// Raises an exception if a file of the lost time had lines that were accepted, which is refused as a
    /// whole now.
    func tellRefused(_ arrival: Arrival, _ rejection: Rejection) throws {
        guard let lost = try LostFile(arrival, in: self) else { return }
        let accepted = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM lost_lines WHERE user_id = ? AND sha256 = ?",
            arguments: [lost.owner, lost.digest])!
        guard accepted > 0 || !lost.hasReceipt else { return }
        try tell(
            "\(arrival.inWords): "
                + (lost.hasReceipt ? "\(accepted)" : "some or none")
                + " of its lines were accepted in the "
                + "time that was lost, now all of it is refused: \(rejection.code.rawValue), "
                + "\(rejection.detail); look what came of them, and put it right by a desk file")
    }

    fileprivate func tell(_ detail: String) throws {
        try Ledger.raise(
            LedgerException("lost_line_rejected", detail), order: nil, provider: nil, db, at: now)
    }
}

extension Arrival {
    fileprivate var inWords: String { "\(name) of \(user?.rawValue ?? "the desk")" }
}
