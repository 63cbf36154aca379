import GRDB
import Tables
import Timestamps

// Files of the time that a restored ledger lacks, while and after they are taken again.

extension Ledger {
    /// Whether files of a lost time are still to be taken. Until then nobody knows what else the providers
    /// may have been sent.
    package func awaitsLostFiles() throws -> Bool {
        try read { db in
            try Bool.fetchOne(db.grdb, sql: "SELECT awaits_files FROM generation WHERE id = 1")!
        }
    }

    /// Those that have not been taken again, in the order in which they were taken then.
    package func lostFiles() throws -> [LostFile] {
        try read { try Self.lostFiles($0) }
    }

    private static func lostFiles(_ db: any Connection) throws -> [LostFile] {
        try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT r.user_id, r.sha256, r.name FROM retaken_files r
                WHERE NOT EXISTS (SELECT 1 FROM files f
                    WHERE coalesce(f.user_id, '') = r.user_id AND f.sha256 = r.sha256)
                ORDER BY r.lost_since, r.position
                """
        ).map { row in
            LostFile(
                kept: KeptFile(user: UserID(rawValue: row[0]), digest: row[1]), name: row[2])
        }
    }

    /// All of them were taken that could be; those that could not are told.
    package func endWaitForLostFiles(at now: Timestamp) throws {
        try commit { db in
            for file in try Self.lostFiles(db) {
                try Self.raise(
                    LedgerException(
                        .lostFileGone,
                        "\(file.name) of \(file.kept.user?.rawValue ?? "the desk") (\(file.kept.digest)) was "
                            + "taken in the time that was lost, and could not be taken again; what it "
                            + "asked for was done: look at the archive, and put it right by a desk file"
                    ),
                    order: nil, provider: nil, db, at: now)
            }
            try db.grdb.execute(sql: "UPDATE generation SET awaits_files = 0 WHERE id = 1")
        }
    }
}

extension Intake {
    /// When the ledger ends that a file of a lost time is missing in; nil for any other file.
    func lostSince(_ arrival: Arrival) throws -> Timestamp? {
        guard try hasRetakenFiles.get() else { return nil }
        return try Timestamp.fetchOne(
            db.grdb.cachedStatement(
                sql: "SELECT lost_since FROM retaken_files WHERE user_id = ? AND sha256 = ?"),
            arguments: [arrival.user?.rawValue ?? "", arrival.digest])
    }

    /// Raises an exception where a file of a lost time is refused as a whole.
    func tellIfLost(_ arrival: Arrival, _ rejection: Rejection) throws {
        guard try lostSince(arrival) != nil else { return }
        try tell(arrival, "all of it is refused (\(rejection.code.rawValue))")
    }

    fileprivate func tell(_ arrival: Arrival, _ what: String) throws {
        try Ledger.raise(
            LedgerException(
                .lostLineRejected,
                "\(arrival.name) of \(arrival.user?.rawValue ?? "the desk") was taken in the time that was "
                    + "lost, and taken again \(what); what was accepted then was done: compare with its "
                    + "receipt of then, which is in quarantine if he had not removed or changed it, look at "
                    + "the provider's or the bank's, and put it right by a desk file"),
            order: nil, provider: nil, db, at: now)
    }
}

extension FileDraft {
    /// Holds as in doubt what a file of a lost time put in line to be sent: its orders. Its refills are not
    /// asked for again, nor is what a decision in it would have sent again. What it was refused is told to the
    /// operator: it may have been accepted then.
    func holdIfLost() throws {
        guard let since = lostSince else { return }
        try Decisions.voidResending(db, of: file, at: intake.now)
        try db.grdb.execute(
            literal: """
                UPDATE requests SET state = 'sending'
                WHERE kind = 'refill' AND state = 'accepted' AND user_id = \(arrival.user)
                    AND ref IN (SELECT ref FROM lines WHERE file_id = \(file) AND kind = 'refills')
                """)
        let orders = try OrderID.fetchAll(
            db.grdb, sql: "SELECT id FROM orders WHERE id BETWEEN ? AND ? AND state = 'accepted'",
            arguments: [firstOrder, lastOrder])
        let losing = try LostOrders(
            db, OrderMoves(db, postings, at: intake.now), at: intake.now,
            goingOnAs: Generation(of: db).number)
        for order in orders { try losing.hold(order, since: since) }
        try tellRejected()
    }

    private func tellRejected() throws {
        let rejected = try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT kind, line, ref, code FROM lines WHERE file_id = ? AND status = 'rejected'
                ORDER BY kind, line LIMIT ?
                """, arguments: [file, Self.mostTold + 1])
        guard !rejected.isEmpty else { return }
        let words = rejected.prefix(Self.mostTold).map { row in
            let ref = (row["ref"] as String?).map { " (\($0))" } ?? ""
            return "\(row["kind"] as String) \(row["line"] as Int64)\(ref) \(row["code"] as String)"
        }
        let rest = rejected.count > Self.mostTold ? ", and more" : ""
        try intake.tell(
            arrival, "these of its lines are rejected: \(words.joined(separator: ", "))\(rest)")
    }

    /// The most rejected lines of a file that are named.
    private static let mostTold = 20
}
