import Tables
import Timestamps

/// A file that the spool has kept: who dropped it, and the SHA-256 of its bytes.
package struct KeptFile: Hashable, Sendable {
    package let owner: FileOwner
    package let digest: String

    package init(_ owner: FileOwner, digest: String) {
        self.owner = owner
        self.digest = digest
    }
}

/// A file of the gap that a restored ledger lacks.
package struct LostFile: Sendable {
    package let kept: KeptFile
    /// The name it had in the inbox.
    package let name: String
    /// The numbers of its orders, as its receipt in the archive has them, by line.
    package let orders: [NumberedLines]

    package init(kept: KeptFile, name: String, orders: [NumberedLines] = []) {
        self.kept = kept
        self.name = name
        self.orders = orders
    }
}

/// What the spool knows about the gap: the time between the restored ledger's end and the restore.
package struct Gap: Sendable {
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
            let lookup = try db.statement(
                """
                SELECT EXISTS (SELECT 1 FROM files
                    WHERE \(FileOwner.column) = ?1 AND sha256 = ?2)
                """)
            return Set(
                try files.filter { file in
                    let isKnown: Bool = try lookup.bound(to: file.owner.key, file.digest)
                        .one { try $0[0] }
                    return !isKnown
                })
        }
    }

    /// Prepares an older ledger to be resumed, in one commit that can be repeated.
    ///
    /// An order that is `accepted` or `sending` here may have been placed in the gap, so it is held
    /// in doubt; so are the orders of the lost files, once those are taken again. A refill that was
    /// asked for may have been sent, and is not sent again. A decision to send an order again is
    /// void. Numbers that orders and status files got in the gap are not given to others; the
    /// orders of a lost file get those that its receipt has.
    ///
    /// - Returns: how many orders are held now that were not.
    package func hold(_ gap: Gap, lastSeenIn seenFile: String, at now: Timestamp) throws -> Int {
        // An unreadable file says nothing of the gap.
        let seen = (try? SeenGeneration(path: seenFile).read()) ?? .first
        return try commit(at: now) { db, postings in
            let since = try Self.lastMoment(db, now: now)
            try Self.note(gap, after: seen, since: since, db)
            try db.run(
                """
                UPDATE requests SET state = 'sending'
                WHERE kind = 'refill' AND state = 'accepted'
                """)
            try Decisions.voidResending(db, at: now)
            let orders: [(id: OrderID, isNews: Bool)] = try db.all(
                """
                SELECT id, state <> 'in_doubt' FROM orders
                WHERE state IN ('accepted', 'sending', 'in_doubt')
                """
            ) { (try $0[0], try $0[1]) }
            let losing = try LostOrders(
                db, OrderMoves(db, postings, at: now), at: now,
                resumedAs: Self.next(db, after: seen))
            for order in orders { try losing.hold(order.id, since: since) }
            return orders.count { $0.isNews }
        }
    }

    /// Notes which files must be taken again, and which numbers were given away in the gap.
    private static func note(
        _ gap: Gap, after seen: Generation, since: Timestamp, _ db: any Connection
    ) throws {
        var lastOrder = seen.effects
        for (position, file) in gap.files.enumerated() {
            lastOrder = max(lastOrder, try RetakenOrders.note(file, db))
            try db.run(
                """
                INSERT INTO retaken_files (user_id, sha256, name, position, lost_since)
                VALUES (\(file.kept.owner.key), \(file.kept.digest), \(file.name), \(position),
                    \(since))
                ON CONFLICT DO NOTHING
                """)
        }
        for (user, sequence) in gap.statusFiles {
            try db.run(
                """
                INSERT INTO lost_status_files (user_id, sequence) VALUES (\(user), \(sequence))
                ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)
                """)
        }
        try db.run(
            """
            UPDATE generation SET last_lost_order = max(last_lost_order, \(lastOrder)),
                awaits_files = max(awaits_files, \(!gap.files.isEmpty))
            """)
    }

    /// The last moment in the ledger. A moment in the future is not believed.
    private static func lastMoment(_ db: any Connection, now: Timestamp) throws -> Timestamp {
        let last: Timestamp = try db.one(
            """
            SELECT max(
                coalesce((SELECT created_at FROM transactions ORDER BY id DESC LIMIT 1), 0),
                coalesce((SELECT received_at FROM files ORDER BY id DESC LIMIT 1), 0),
                coalesce((SELECT started_at FROM attempts ORDER BY id DESC LIMIT 1), 0))
            """)
        return last <= now ? last : Timestamp(milliseconds: 0)
    }

    /// The number of the generation that is resumed.
    private static func next(_ db: any Connection, after seen: Generation) throws -> Int64 {
        max(try abs(Generation(of: db).number), seen.number) + 1
    }

    /// Makes this the ledger that all programs use from now on, after `hold`.
    package func resume(lastSeenIn seenFile: String) throws {
        let file = SeenGeneration(path: seenFile)
        try Self.whileOpeningIsLocked(store) {
            let seen = (try? file.read()) ?? .first
            let generation = try commit { db in
                try db.run("UPDATE generation SET number = \(Self.next(db, after: seen))")
                return try Generation(of: db)
            }
            try file.write(generation)
        }
    }
}
