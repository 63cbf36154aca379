import GRDB
import Tables
import Timestamps

/// Something in the spool that `ingest` left where it lies: perhaps for this run only, perhaps until
/// somebody does something about it.
package struct PassedOver: Equatable, Sendable {
    /// Whose it is: a reseller's name, or the desk's.
    package let owner: String
    /// As a person finds it.
    package let path: String
    /// Another entry under the same path has another one; 0 where that says nothing.
    package let inode: Int64
    package let reason: Reason
    /// What it is, what is still true, and what to do: a sentence.
    package let advice: String
    /// Since when it is as it is; nil if only the runs that passed it over tell.
    package let since: Timestamp?
    /// Whether it is in `exceptions.csv`.
    package fileprivate(set) var isTold = false

    package init(
        owner: String, path: String, inode: Int64, reason: Reason, advice: String,
        since: Timestamp?
    ) {
        self.owner = owner
        self.path = path
        self.inode = inode
        self.reason = reason
        self.advice = advice
        self.since = since
    }

    package enum Reason: String, Sendable, DatabaseValueConvertible, Column {
        /// Perhaps it is still being written, or renamed.
        case settling
        /// It ends early: perhaps the rest is on its way.
        case incomplete
        /// We may not open it.
        case unreadable
        /// It has a name, a kind or a place that nothing is taken from.
        case misplaced
        /// Somebody put it in the way of a receipt, a copy or a move.
        case obstacle

        /// Whether it stays so until somebody does something about it.
        fileprivate var isLasting: Bool { self == .unreadable || self == .obstacle }

        fileprivate func exception(_ detail: String) -> LedgerException {
            switch self {
            case .settling, .incomplete: LedgerException(.neverStill, detail)
            case .unreadable: LedgerException(.unreadableFile, detail)
            case .misplaced: LedgerException(.leftInInbox, detail)
            case .obstacle: LedgerException(.inTheWay, detail)
            }
        }
    }
}

extension PassedOver {
    /// What is passed over for so long is an exception, in milliseconds.
    static let patience: Int64 = 3_600_000

    fileprivate init(row: GRDB.Row) {
        self.init(
            owner: row["owner"], path: row["path"], inode: row["inode_id"], reason: row["reason"],
            advice: row["advice"], since: row["since_at"])
    }

    /// Whether `other` is the same entry for the same reason.
    fileprivate func isStill(_ other: PassedOver) -> Bool {
        (inode, reason) == (other.inode, other.reason)
    }
}

extension Ledger {
    /// What the last run of `ingest` passed over, by owner and path; `since` is known of each.
    package func passedOver() throws -> [PassedOver] {
        try read { db in
            try PassedOver.all(db).map { noted in
                var entry = noted.entry
                entry.isTold = noted.isTold
                return entry
            }
        }
    }

    /// Notes all that a run passed over, in the place of what the run before did.
    ///
    /// What lasts for an hour is an exception, once; what cannot end by itself is one when it is passed
    /// over for the second time. Nothing is written where nothing is new.
    ///
    /// - Returns: what became an exception.
    @discardableResult
    package func note(passedOver entries: [PassedOver], at now: Timestamp) throws -> [PassedOver] {
        let known = try read { db in
            Dictionary(
                uniqueKeysWithValues: try PassedOver.all(db).map { ($0.entry.path, $0) })
        }
        let noted = entries.map { PassedOver.Noted($0, after: known[$0.path], at: now) }
        let gone = Set(known.keys).subtracting(entries.map(\.path))
        let new = noted.filter { known[$0.entry.path] != $0 }
        guard !new.isEmpty || !gone.isEmpty else { return [] }
        return try commit { db in
            for path in gone {
                try db.grdb.execute(
                    sql: "DELETE FROM passed_over WHERE path = ?", arguments: [path])
            }
            for noted in new { try noted.write(db) }
            let told = new.filter { $0.isTold && known[$0.entry.path]?.isTold != true }.map(\.entry)
            for entry in told {
                try Self.raise(
                    entry.reason.exception("\(entry.advice) It is so since \(entry.since!)."),
                    order: nil, provider: nil, db, at: now)
            }
            return told
        }
    }
}

extension PassedOver {
    /// An entry as it is kept.
    fileprivate struct Noted: Equatable {
        let entry: PassedOver
        let isTold: Bool

        init(row: GRDB.Row) {
            entry = PassedOver(row: row)
            isTold = row["told"]
        }

        /// - Parameter former: what is known of the path from the run before.
        init(_ seen: PassedOver, after former: Noted?, at now: Timestamp) {
            // A note from a clock that was ahead says nothing.
            let former = former.flatMap { $0.entry.since! <= now ? $0 : nil }
            let isSame = former?.entry.isStill(seen) == true
            let known = former?.entry.inode == seen.inode ? former?.entry.since : nil
            let since = [seen.since, known, now].compactMap(\.self).min()!
            entry = PassedOver(
                owner: seen.owner, path: seen.path, inode: seen.inode, reason: seen.reason,
                advice: seen.advice, since: since)
            isTold =
                isSame && (former!.isTold || seen.reason.isLasting)
                || now.milliseconds - since.milliseconds >= PassedOver.patience
        }

        func write(_ db: any Connection) throws {
            try db.grdb.execute(
                literal: """
                    INSERT INTO passed_over (path, owner, inode_id, reason, advice, since_at, told)
                    VALUES (\(entry.path), \(entry.owner), \(entry.inode), \(entry.reason),
                            \(entry.advice), \(entry.since), \(isTold))
                    ON CONFLICT (path) DO UPDATE SET owner = excluded.owner,
                        inode_id = excluded.inode_id, reason = excluded.reason,
                        advice = excluded.advice, since_at = excluded.since_at,
                        told = excluded.told
                    """)
        }
    }

    fileprivate static func all(_ db: any Connection) throws -> [Noted] {
        try GRDB.Row.fetchAll(db.grdb, sql: "SELECT * FROM passed_over ORDER BY owner, path")
            .map(Noted.init(row:))
    }
}
