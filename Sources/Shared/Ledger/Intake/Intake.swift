import GRDB
import Money
import Timestamps

/// A file that arrived, by what makes it itself: who dropped it, and its bytes.
package struct Arrival: Sendable {
    /// Who dropped it; nil for the desk.
    package let user: UserID?
    /// The name it had in the inbox, as text.
    package let name: String
    /// The SHA-256 of its bytes, in hexadecimal.
    package let digest: String
    package let bytes: Int64
    package let receivedAt: Timestamp

    package init(user: UserID?, name: String, digest: String, bytes: Int64, receivedAt: Timestamp) {
        self.user = user
        self.name = name
        self.digest = digest
        self.bytes = bytes
        self.receivedAt = receivedAt
    }
}

extension Ledger {
    /// One commit in which several files take their effect, one after the other.
    ///
    /// - Throws: whatever `body` throws, and then nothing was committed.
    package func intake<T>(at now: Timestamp, _ body: (Intake) throws -> T) throws -> T {
        try commit(at: now) { db, postings in
            try body(Intake(db, postings, at: now, currency: currency))
        }
    }
}

/// A commit of intake on its way. Valid only within `Ledger.intake`.
package final class Intake {
    let db: Database
    let postings: Postings
    let now: Timestamp
    let currency: Currency
    private var services: [ServiceID: Service?] = [:]
    /// The last number that an order may have had before an older ledger was restored; nil unless the
    /// next order would get that one or one before it.
    private(set) lazy var lastLostOrder = Result {
        try OrderID.fetchOne(
            db,
            sql: """
                SELECT last_lost_order FROM generation WHERE id = 1 AND last_lost_order > 0
                    AND last_lost_order >= (SELECT coalesce(max(id), 0) FROM orders)
                """)
    }

    init(_ db: Database, _ postings: Postings, at now: Timestamp, currency: Currency) {
        self.db = db
        self.postings = postings
        self.now = now
        self.currency = currency
    }

    /// The file's row if its content had its effect before. Under another name it is a duplicate,
    /// and gets a row that says so.
    package func settled(_ arrival: Arrival) throws -> FileID? {
        let known = try db.cachedStatement(
            sql: """
                SELECT id, name, status, batch FROM files
                WHERE coalesce(user_id, '') = ?1 AND sha256 = ?2
                ORDER BY name = ?3 DESC, status = 'duplicate' LIMIT 1
                """
        ).fetchRow([arrival.user?.rawValue ?? "", arrival.digest, arrival.name])
        guard let known else { return nil }
        if known["name"] == arrival.name { return known["id"] }
        let first: FileID = known["id"]
        let file = try insertFile(
            arrival, batch: known["batch"], status: "duplicate", duplicateOf: first)
        try noteBalance(of: arrival.user, on: file)
        return file
    }

    /// The latest row of a file's content: of a copy whose name is not known any more, because the
    /// run that took it died.
    package func latest(_ arrival: Arrival) throws -> FileID? {
        try FileID.fetchOne(
            db.cachedStatement(
                sql: "SELECT max(id) FROM files WHERE coalesce(user_id, '') = ? AND sha256 = ?"),
            arguments: [arrival.user?.rawValue ?? "", arrival.digest])
    }

    /// Writes down that the whole file is refused; nothing of it has an effect.
    ///
    /// `lines` is how many lines it holds, as far as they could be counted.
    package func refuse(
        _ arrival: Arrival, batch: String?, lines: Int, _ rejection: Rejection
    ) throws -> FileID {
        let file = try insertFile(
            arrival, batch: batch, status: "rejected", lines: lines, rejection: rejection)
        try noteBalance(of: arrival.user, on: file)
        return file
    }

    /// Begins the effect of a file whose content is new.
    ///
    /// - Parameter mayBeAbandoned: whether `FileDraft.abandon` may be called; it costs writing.
    /// - Throws: `Rejection` (`BATCH_REUSED`, `USER_BANNED`) where the file can have no effect.
    package func open(
        _ arrival: Arrival, batch: String, mayBeAbandoned: Bool = true
    ) throws -> FileDraft {
        if let user = arrival.user { try checkNotBanned(user) }
        let earlier = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT name FROM files WHERE coalesce(user_id, '') = ?1 AND batch = ?2
                        AND status IN ('accepted', 'partial')
                    """), arguments: [arrival.user?.rawValue ?? "", batch])
        if let earlier {
            let name: String = earlier["name"]
            throw Rejection(
                .batchReused,
                "batch \"\(batch)\" was used by \(name), which has other content; "
                    + "nothing of this file was done; give it a batch of its own")
        }
        return try FileDraft(self, arrival, batch: batch, mayBeAbandoned: mayBeAbandoned)
    }

    package func hasUser(_ user: UserID) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM users WHERE id = ?)"),
            arguments: [user])!
    }

    /// A service that is or was on sale, or nil.
    package func service(_ id: ServiceID) throws -> Service? {
        if let known = services[id] { return known }
        let service = try Service.fetch(db, id)
        services[id] = .some(service)
        return service
    }

    private func checkNotBanned(_ user: UserID) throws {
        let ban = try db.cachedStatement(
            sql: """
                SELECT ban_reason FROM users
                WHERE id = ?1 AND banned = 1 AND coalesce(ban_expires, ?2 + 1) > ?2
                """
        ).fetchRow([user, now])
        guard let ban else { return }
        let reason: String? = ban["ban_reason"]
        throw Rejection(
            .userBanned, "\(user) is banned (\(reason ?? "no reason given")); nothing was done")
    }
}

extension Intake {
    func insertFile(
        _ arrival: Arrival, batch: String?, status: String, lines: Int = 0,
        rejection: Rejection? = nil, duplicateOf: FileID? = nil
    ) throws -> FileID {
        try db.cachedStatement(
            sql: """
                INSERT INTO files (user_id, name, sha256, batch, bytes, status, reason, detail,
                                   duplicate_of, lines, accepted, rejected, charged, received_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?)
                """
        ).execute(arguments: [
            arrival.user, arrival.name, arrival.digest, batch, arrival.bytes, status,
            rejection?.code, rejection?.detail, duplicateOf, lines,
            status == "rejected" ? lines : 0, arrival.receivedAt,
        ])
        return FileID(db.lastInsertedRowID)
    }

    /// Keeps what the user had after the file, so that its receipt is the same whenever written.
    func noteBalance(of user: UserID?, on file: FileID) throws {
        guard let user else { return }
        let balance = try postings.balance(of: .user(user, .available))
        try db.cachedStatement(sql: "UPDATE files SET balance = ?2 WHERE id = ?1")
            .execute(arguments: [file, balance])
    }
}
