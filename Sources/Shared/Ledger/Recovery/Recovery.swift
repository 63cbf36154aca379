import GRDB
import Tables
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

    var owner: String { user?.rawValue ?? "" }
}

/// A file of the time that a restored ledger lacks.
package struct LostFile: Sendable {
    package let kept: KeptFile
    /// The name it had in the inbox.
    package let name: String

    package init(kept: KeptFile, name: String) {
        self.kept = kept
        self.name = name
    }
}

/// What the spool knows of the time that an older ledger lacks.
package struct LostTime: Sendable {
    /// Files that had their effect, or may have had it, in the order in which they were taken.
    package let files: [LostFile]
    /// The number of the last status file of each user who has one.
    package let statusFiles: [UserID: Int64]

    package init(files: [LostFile], statusFiles: [UserID: Int64]) {
        self.files = files
        self.statusFiles = statusFiles
    }
}

extension Ledger {
    /// Those of `files` whose bytes never had an effect in this ledger.
    package func unknown(among files: [KeptFile]) throws -> Set<KeptFile> {
        try read { db in
            let statement = try db.grdb.makeStatement(
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
            let since = try Self.lastMoment(db, now: now)
            for (position, file) in lost.files.enumerated() {
                try db.grdb.cachedStatement(
                    sql: """
                        INSERT INTO retaken_files (user_id, sha256, name, position, lost_since)
                        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """
                ).execute(
                    arguments: [file.kept.owner, file.kept.digest, file.name, position, since])
            }
            for (user, sequence) in lost.statusFiles {
                try db.grdb.execute(
                    literal: """
                        INSERT INTO lost_status_files (user_id, sequence)
                        VALUES (\(user), \(sequence))
                        ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)
                        """)
            }
            try db.grdb.execute(
                literal: """
                    UPDATE generation SET last_lost_order = max(last_lost_order, \(seen.effects)),
                        awaits_files = max(awaits_files, \(!lost.files.isEmpty));
                    UPDATE requests SET state = 'sending'
                        WHERE kind = 'refill' AND state = 'accepted';
                    """)
            try Decisions.voidResending(db, at: now)
            let orders = try GRDB.Row.fetchAll(
                db.grdb,
                sql: """
                    SELECT id, state <> 'in_doubt' AS is_news FROM orders
                    WHERE state IN ('accepted', 'sending', 'in_doubt')
                    """)
            let losing = try LostOrders(
                db, OrderMoves(db, postings, at: now), at: now,
                goingOnAs: Self.next(db, after: seen))
            for order in orders { try losing.hold(order["id"], since: since) }
            return orders.count { $0["is_news"] }
        }
    }

    /// The last moment that a ledger tells of; none that is believed where it lies ahead.
    private static func lastMoment(_ db: any Connection, now: Timestamp) throws -> Timestamp {
        let last = try Timestamp.fetchOne(
            db.grdb,
            sql: """
                SELECT max(
                    coalesce((SELECT created_at FROM transactions ORDER BY id DESC LIMIT 1), 0),
                    coalesce((SELECT received_at FROM files ORDER BY id DESC LIMIT 1), 0),
                    coalesce((SELECT started_at FROM attempts ORDER BY id DESC LIMIT 1), 0))
                """)!
        return last <= now ? last : Timestamp(milliseconds: 0)
    }

    /// The number of the generation that goes on.
    private static func next(_ db: any Connection, after seen: Generation) throws -> Int64 {
        max(try abs(Generation(of: db).number), seen.number) + 1
    }

    /// Makes this the ledger that all programs go on with, after `hold`.
    package func goOn(lastSeenIn seenFile: String) throws {
        let file = SeenGeneration(path: seenFile)
        try Self.withOpeningLock(database.path) {
            let seen = (try? file.read()) ?? .first
            let generation = try commit { db in
                try db.grdb.execute(
                    literal: "UPDATE generation SET number = \(Self.next(db, after: seen))")
                return try Generation(of: db)
            }
            try file.write(generation)
        }
    }
}
