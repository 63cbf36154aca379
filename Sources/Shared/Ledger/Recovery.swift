import GRDB
import Timestamps

/// A file that the spool has kept: who dropped it, and the SHA-256 of its bytes.
package struct KeptFile: Hashable, Sendable {
    /// Nil for the desk's.
    package let user: UserID?
    package let digest: String

    package init(user: UserID?, digest: String) {
        self.user = user
        self.digest = digest
    }

    fileprivate var owner: String { user?.rawValue ?? "" }
}

/// A line that was accepted, as a receipt says it.
package struct LostLine: Equatable, Sendable {
    package let kind: LineKind
    package let number: Int64
    /// The number its order had.
    package let order: Int64?

    package init(kind: LineKind, number: Int64, order: Int64?) {
        self.kind = kind
        self.number = number
        self.order = order
    }
}

/// What the spool knows of the time that an older ledger lacks.
package struct LostTime: Sendable {
    /// Files that had their effect, or may have had it.
    package let files: [KeptFile]
    /// What was taken of those whose receipt is still there.
    package let receipts: [KeptFile: [LostLine]]
    /// The number of the last status file of each user who has one.
    package let statusFiles: [UserID: Int64]

    package init(
        files: [KeptFile], receipts: [KeptFile: [LostLine]] = [:], statusFiles: [UserID: Int64]
    ) {
        self.files = files
        self.receipts = receipts
        self.statusFiles = statusFiles
    }
}

extension Ledger {
    /// Those of `files` whose bytes never had an effect in this ledger.
    package func unknown(among files: [KeptFile]) throws -> Set<KeptFile> {
        try read { db in
            let statement = try db.makeStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM files
                        WHERE coalesce(user_id, '') = ?1 AND sha256 = ?2)
                    """)
            return Set(
                try files.filter {
                    try !Bool.fetchOne(statement, arguments: [$0.owner, $0.digest])!
                })
        }
    }

    /// Prepares an older ledger to be gone on with, in one commit that can be made again.
    ///
    /// What is `accepted` or `sending` here may have been placed in the lost time, so it is held as in
    /// doubt; so is, once they are taken again, what the lost files ordered. A refill that was asked
    /// for may have been sent, and is not sent again. A decision to send again is void. Numbers of orders and status files that were
    /// given in the lost time are not given to others.
    ///
    /// Returns how many orders are held now that were not.
    package func hold(
        _ lost: LostTime, lastSeenIn seenFile: String, at now: Timestamp
    ) throws -> Int {
        // A file that cannot be read tells nothing of the lost time.
        let seen = (try? SeenGeneration(path: seenFile).read()) ?? .first
        return try commit(at: now) { db, postings in
            let since = try Self.lastMoment(db)
            for file in lost.files {
                try db.execute(
                    literal: """
                        INSERT INTO retaken_files (user_id, sha256, lost_since, has_receipt)
                        VALUES (\(file.owner), \(file.digest), \(since),
                                \(lost.receipts[file] != nil))
                        ON CONFLICT DO NOTHING
                        """)
                for line in lost.receipts[file] ?? [] {
                    try db.execute(
                        literal: """
                            INSERT INTO lost_lines (user_id, sha256, kind, line, order_id)
                            VALUES (\(file.owner), \(file.digest), \(line.kind.rawValue),
                                    \(line.number), \(line.order)) ON CONFLICT DO NOTHING
                            """)
                }
            }
            for (user, sequence) in lost.statusFiles {
                try db.execute(
                    literal: """
                        INSERT INTO lost_status_files (user_id, sequence)
                        VALUES (\(user), \(sequence))
                        ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)
                        """)
            }
            try db.execute(
                literal: """
                    UPDATE generation SET last_lost_order = max(last_lost_order, \(seen.effects)),
                        awaits_files = max(awaits_files, \(!lost.files.isEmpty));
                    UPDATE requests SET state = 'sending'
                        WHERE kind = 'refill' AND state = 'accepted';
                    """)
            try Decisions.voidResending(db, at: now)
            let orders = try OrderID.fetchAll(
                db, sql: "SELECT id FROM orders WHERE state IN ('accepted', 'sending')")
            let losing = LostOrders(db, OrderMoves(db, postings, at: now), at: now)
            for order in orders { try losing.hold(order, since: since) }
            return orders.count
        }
    }

    /// The last moment that a ledger tells of.
    private static func lastMoment(_ db: Database) throws -> Timestamp {
        try Timestamp.fetchOne(
            db,
            sql: """
                SELECT max(
                    coalesce((SELECT created_at FROM transactions ORDER BY id DESC LIMIT 1), 0),
                    coalesce((SELECT received_at FROM files ORDER BY id DESC LIMIT 1), 0),
                    coalesce((SELECT started_at FROM attempts ORDER BY id DESC LIMIT 1), 0))
                """)!
    }

    /// Whether files of a lost time lie in the inboxes, which are to be taken in the order of their times.
    package func awaitsLostFiles() throws -> Bool {
        try read { db in
            try Bool.fetchOne(db, sql: "SELECT awaits_files FROM generation WHERE id = 1")!
        }
    }

    /// They were taken, or could not be.
    package func endWaitForLostFiles() throws {
        try commit { db in
            try db.execute(sql: "UPDATE generation SET awaits_files = 0 WHERE id = 1")
        }
    }

    /// Makes this the ledger that all programs go on with, after `hold`.
    package func goOn(lastSeenIn seenFile: String) throws {
        let file = SeenGeneration(path: seenFile)
        try Self.withOpeningLock(database.path) {
            let seen = (try? file.read()) ?? .first
            let generation = try commit { db in
                try db.execute(
                    literal: """
                        UPDATE generation SET number = max(abs(number), \(seen.number)) + 1
                        """)
                return try Generation(of: db)
            }
            try file.write(generation)
        }
    }
}
