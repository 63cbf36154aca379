import Tables
import Timestamps

/// Something in the spool that `ingest` left in its place, for this run or until a person acts.
package struct PassedOver: Equatable, Sendable {
    /// The owner's name: that of a reseller or of the desk.
    package let owner: String
    /// Where a person finds it.
    package let path: String
    /// Tells it from a later entry under the same path; 0 if it cannot.
    package let inode: Int64
    package let reason: Reason
    /// A sentence: what is wrong, what is still true, and what to do.
    package let advice: String
    /// Since when it has been so; nil if only the runs that passed it over can tell.
    package let since: Timestamp?
    /// Whether it is in `exceptions.csv`.
    package fileprivate(set) var isReported = false

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

    package enum Reason: String, Sendable, Column {
        /// Perhaps it is still being written, or renamed.
        case settling
        /// It ends early; perhaps the rest is on its way.
        case incomplete
        /// We may not open it.
        case unreadable
        /// Intake takes no file of this name or kind, or from this place.
        case misplaced
        /// It blocks a receipt, a copy or a move.
        case obstacle

        /// Whether it stays so until a person acts.
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
    /// How long an entry may be passed over before it becomes an exception, in milliseconds.
    static let patience: Int64 = 3_600_000
}

extension Ledger {
    /// What the last run of `ingest` passed over, by owner and path, each with its `since`.
    package func passedOver() throws -> [PassedOver] {
        try read { db in
            try PassedOver.all(db).map { noted in
                var entry = noted.entry
                entry.isReported = noted.isReported
                return entry
            }
        }
    }

    /// Notes everything that a run passed over, in place of the notes of the run before.
    ///
    /// An entry that stays for an hour becomes an exception, once. One that cannot go away by
    /// itself becomes one when it is passed over for the second time. Nothing is written if nothing
    /// is new.
    ///
    /// - Returns: the entries that became exceptions.
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
            for path in gone { try db.run("DELETE FROM passed_over WHERE path = \(path)") }
            for noted in new { try noted.write(db) }
            let reported = new.filter { $0.isReported && known[$0.entry.path]?.isReported != true }
            for noted in reported {
                let entry = noted.entry
                try Self.raise(
                    entry.reason.exception("\(entry.advice) It is so since \(noted.since)."),
                    order: nil, provider: nil, db, at: now)
            }
            return reported.map(\.entry)
        }
    }
}

extension PassedOver {
    /// An entry as the ledger keeps it.
    fileprivate struct Noted: Equatable {
        let entry: PassedOver
        let since: Timestamp
        let isReported: Bool

        init(row: Row) throws {
            since = try row["since_at"]
            entry = PassedOver(
                owner: try row["owner"], path: try row["path"], inode: try row["inode_id"],
                reason: try row["reason"], advice: try row["advice"], since: since)
            isReported = try row["told"]
        }

        /// `former`: what the run before noted about the path.
        init(_ seen: PassedOver, after former: Noted?, at now: Timestamp) {
            // A note from a clock that was ahead says nothing.
            let former = former.flatMap { $0.since <= now ? $0 : nil }
            let isSameEntry = former?.entry.inode == seen.inode
            let wasTold = former?.isReported == true
            let isUnchanged = isSameEntry && former?.entry.reason == seen.reason
            since = [seen.since, isSameEntry ? former?.since : nil].compactMap(\.self)
                .reduce(now, min)
            entry = PassedOver(
                owner: seen.owner, path: seen.path, inode: seen.inode, reason: seen.reason,
                advice: seen.advice, since: since)
            isReported =
                isUnchanged && (wasTold || seen.reason.isLasting)
                || now.milliseconds - since.milliseconds >= PassedOver.patience
        }

        func write(_ db: any Connection) throws {
            try db.run(
                """
                INSERT INTO passed_over (path, owner, inode_id, reason, advice, since_at, told)
                VALUES (\(entry.path), \(entry.owner), \(entry.inode), \(entry.reason),
                        \(entry.advice), \(since), \(isReported))
                ON CONFLICT (path) DO UPDATE SET owner = excluded.owner,
                    inode_id = excluded.inode_id, reason = excluded.reason,
                    advice = excluded.advice, since_at = excluded.since_at,
                    told = excluded.told
                """)
        }
    }

    fileprivate static func all(_ db: any Connection) throws -> [Noted] {
        try db.all("SELECT * FROM passed_over ORDER BY owner, path", Noted.init(row:))
    }
}
