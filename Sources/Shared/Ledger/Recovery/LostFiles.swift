import BatchFiles
import Tables
import Timestamps

// Files of the gap that a restored ledger lacks, while they are taken again and after that.

extension Ledger {
    /// Whether files of the gap are still to be taken. Until then nobody knows what else the
    /// providers may have been sent.
    package func awaitsLostFiles() throws -> Bool {
        try read { try $0.one("SELECT awaits_files FROM generation WHERE id = 1") }
    }

    /// Those that have not been taken again, in the order in which they were taken then.
    package func lostFiles() throws -> [LostFile] {
        try read { try Self.lostFiles($0) }
    }

    private static func lostFiles(_ db: any Connection) throws -> [LostFile] {
        try db.all(
            """
            SELECT r.user_id, r.sha256, r.name FROM retaken_files r
            WHERE NOT EXISTS (SELECT 1 FROM files f
                WHERE \(raw: FileOwner.column) = r.user_id AND f.sha256 = r.sha256)
            ORDER BY r.lost_since, r.position
            """
        ) { row in
            let owner: String = try row[0]
            return LostFile(
                kept: KeptFile(FileOwner(key: owner), digest: try row[1]),
                name: try row[2])
        }
    }

    /// Ends the wait: every lost file that could be taken again was taken. The others are reported.
    package func endWaitForLostFiles(at now: Timestamp) throws {
        try commit { db in
            for file in try Self.lostFiles(db) {
                try Self.raise(
                    LedgerException(
                        .lostFileGone,
                        """
                        \(file.name) of \(file.kept.owner.words) \
                        (\(file.kept.digest)) was taken in the gap before the restore, and could \
                        not be taken again; what it asked for was done: look at the archive, and \
                        correct it by a desk file
                        """),
                    order: nil, provider: nil, db, at: now)
            }
            try db.run("UPDATE generation SET awaits_files = 0 WHERE id = 1")
        }
    }
}

extension Intake {
    /// The last moment that the restored ledger knows, if this file is taken again after a restore;
    /// otherwise nil.
    func lostSince(_ arrival: Arrival) throws -> Timestamp? {
        guard try hasRetakenFiles.get() else { return nil }
        return try db.value(
            """
            SELECT lost_since FROM retaken_files
            WHERE user_id = \(arrival.owner.key) AND sha256 = \(arrival.digest)
            """)
    }

    /// Raises an exception if a file of the gap is refused as a whole.
    func reportIfLost(_ arrival: Arrival, _ rejection: Rejection) throws {
        guard try lostSince(arrival) != nil else { return }
        try report(arrival, "all of it is refused (\(rejection.code.rawValue))")
    }

    fileprivate func report(_ arrival: Arrival, _ what: String) throws {
        try Ledger.raise(
            LedgerException(
                .lostLineRejected,
                """
                \(arrival.name) of \(arrival.owner.words) was taken in the gap \
                before the restore, and was taken again: \(what); what was accepted then was done: \
                compare with the receipt that it got then, which is in quarantine unless its owner \
                removed or changed it, look at the provider's site or the bank's statement, and \
                correct it by a desk file
                """),
            order: nil, provider: nil, db, at: now)
    }
}

extension FileDraft {
    /// Holds the orders of a file of the gap in doubt. Its refills are not asked for again, and a
    /// decision in it sends nothing again. Its rejected lines are reported to the operator: they
    /// may have been accepted then.
    func holdIfLost() throws {
        guard let since = lostSince else { return }
        try Decisions.voidResending(db, of: file, at: intake.now)
        try db.run(
            """
            UPDATE requests SET state = 'sending'
            WHERE kind = 'refill' AND state = 'accepted' AND user_id = \(arrival.user)
                AND ref IN (SELECT ref FROM lines WHERE file_id = \(file) AND kind = 'refills')
            """)
        let orders: [OrderID] = try db.values(
            """
            SELECT id FROM orders
            WHERE id BETWEEN \(ordered.first) AND \(ordered.last) AND file_id = \(file)
                AND state = 'accepted'
            """)
        let losing = try LostOrders(
            db, OrderMoves(db, postings, at: intake.now), at: intake.now,
            resumedAs: Generation(of: db).number)
        for order in orders { try losing.hold(order, since: since) }
        try reportRejected()
    }

    private func reportRejected() throws {
        let rejected = try db.all(
            """
            SELECT kind, line, ref, code FROM lines
            WHERE file_id = \(file) AND status = 'rejected'
            ORDER BY kind, line LIMIT \(Self.mostNamed + 1)
            """
        ) { row in
            let (kind, line, code): (String, Int, String) = (try row[0], try row[1], try row[3])
            let ref: String? = try row[2]
            return "\(kind) \(line)\(ref.map { " (\($0))" } ?? "") \(code)"
        }
        guard !rejected.isEmpty else { return }
        let words = rejected.prefix(Self.mostNamed).joined(separator: ", ")
        let rest = rejected.count > Self.mostNamed ? ", and more" : ""
        try intake.report(arrival, "these of its lines are rejected: \(words)\(rest)")
    }

    /// The most rejected lines of a file that are named.
    private static let mostNamed = 20
}
