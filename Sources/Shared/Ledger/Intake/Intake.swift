import GRDB
import Identity
import Money
import Tables
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

/// Thrown inside `Intake.undoingIfRejected` to take back a batch because some of its lines failed.
package struct BatchAborted: Error {
    /// The lines that failed, and why.
    package let rejections: [(line: Line, rejection: Rejection)]

    package init(because rejections: [(line: Line, rejection: Rejection)]) {
        self.rejections = rejections
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
    let db: any Connection
    let postings: Postings
    let now: Timestamp
    let currency: Currency
    private var services: [ServiceID: Service?] = [:]
    /// The terms of those that were sold.
    private var sales: [ServiceID: SaleID] = [:]
    /// As far as they were asked for; nil inside where there is no such user.
    var terms: [UserID: UserTerms?] = [:]
    /// Whether any file is one of a time that was lost.
    private(set) lazy var hasRetakenFiles = Result {
        try Bool.fetchOne(
            db.grdb, sql: "SELECT EXISTS (SELECT 1 FROM retaken_files WHERE user_id >= '')")!
    }
    /// The last number that an order may have had before an older ledger was restored; nil unless
    /// the next order would get that one or one before it.
    private(set) lazy var lastLostOrder = Result {
        try OrderID.fetchOne(
            db.grdb,
            sql: """
                SELECT last_lost_order FROM generation WHERE id = 1 AND last_lost_order > 0
                    AND last_lost_order >= (SELECT coalesce(max(id), 0) FROM orders)
                """)
    }

    init(_ db: any Connection, _ postings: Postings, at now: Timestamp, currency: Currency) {
        self.db = db
        self.postings = postings
        self.now = now
        self.currency = currency
    }

    /// The file's row if its content had its effect before. Under another name it is a duplicate,
    /// and gets a row that says so, which is new then. What was refused because its owner was banned,
    /// and only therefore, is judged anew once they are banned no more.
    package func settled(_ arrival: Arrival) throws -> (file: FileID, isNew: Bool)? {
        let known = try db.statement(
            """
            SELECT id, name, batch FROM files
            WHERE coalesce(user_id, '') = ?1 AND sha256 = ?2 AND set_aside = 0
            ORDER BY name = ?3 DESC, status = 'duplicate' LIMIT 1
            """)
        known.bind(1, arrival.user?.rawValue ?? "")
        known.bind(2, arrival.digest)
        known.bind(3, arrival.name)
        let found = try known.first { row in
            (file: FileID(row.integer(0)!), name: row.text(1), batch: row.text(2))
        }
        guard let found, try !setAsideIfUnbanned(arrival) else { return nil }
        if found.name == arrival.name { return (found.file, false) }
        let duplicate = try insertFile(
            arrival, batch: found.batch, status: "duplicate", duplicateOf: found.file,
            balance: balance(of: arrival.user))
        return (duplicate, true)
    }

    /// Sets the rows of a content aside that was refused for a ban that is over.
    private func setAsideIfUnbanned(_ arrival: Arrival) throws -> Bool {
        guard let user = arrival.user else { return false }
        let refused = try db.statement(
            """
            SELECT reason = 'USER_BANNED' FROM files
            WHERE coalesce(user_id, '') = ?1 AND sha256 = ?2 AND set_aside = 0 AND status <> 'duplicate'
            """)
        refused.bind(1, user.rawValue)
        refused.bind(2, arrival.digest)
        guard try refused.first({ $0.integer(0) == 1 }) == true, try terms(of: user)?.ban == nil
        else { return false }
        try db.grdb.execute(
            literal: """
                UPDATE files SET set_aside = id
                WHERE coalesce(user_id, '') = \(user) AND sha256 = \(arrival.digest) AND set_aside = 0
                """)
        return true
    }

    /// The latest row of a file's content: of a copy whose name is not known any more, because the
    /// run that took it died.
    package func latest(_ arrival: Arrival) throws -> FileID? {
        try FileID.fetchOne(
            db.grdb.cachedStatement(
                sql: "SELECT max(id) FROM files WHERE coalesce(user_id, '') = ? AND sha256 = ?"),
            arguments: [arrival.user?.rawValue ?? "", arrival.digest])
    }

    /// Writes down that the whole file is refused; nothing of it has an effect.
    ///
    /// `lines` is how many lines it holds, as far as they could be counted.
    package func refuse(
        _ arrival: Arrival, batch: String?, lines: Int, _ rejection: Rejection
    ) throws -> FileID {
        try reportIfLost(arrival, rejection)
        return try insertFile(
            arrival, batch: batch, status: "rejected", lines: lines, rejection: rejection,
            balance: balance(of: arrival.user))
    }

    /// Begins the effect of a reseller's batch whose content is new.
    ///
    /// - Throws: `Rejection` if the file can have no effect: `UNKNOWN_USER`, `USER_BANNED`,
    ///   `BATCH_REUSED`.
    package func openBatch(_ arrival: Arrival, batch: String) throws -> ResellerDraft {
        guard let user = arrival.user, let terms = try terms(of: user) else {
            throw Rejection(
                .unknownUser,
                "there is no user \(arrival.user?.rawValue ?? "of that name"); nothing was done")
        }
        try checkNotBanned(user)
        try checkUnused(batch, by: user)
        return try ResellerDraft(self, arrival, of: user, on: terms, batch: batch)
    }

    /// Begins the effect of a desk file whose content is new.
    ///
    /// - Throws: `Rejection` (`BATCH_REUSED`) if the file can have no effect.
    package func openDeskFile(_ arrival: Arrival, batch: String) throws -> DeskDraft {
        precondition(arrival.user == nil, "a reseller's file cannot be opened as the desk's")
        try checkUnused(batch, by: nil)
        return try DeskDraft(self, arrival, batch: batch)
    }

    private func checkUnused(_ batch: String, by owner: UserID?) throws {
        guard let (first, name) = try user(of: batch, by: owner) else { return }
        let spelled = first.utf8.elementsEqual(batch.utf8) ? "" : " as \"\(first)\""
        throw Rejection(
            .batchReused,
            "batch \"\(batch)\" was used by \(name)\(spelled), which has other content; "
                + "nothing of this file was done; give it a batch of its own")
    }

    /// Does `body`, and takes all of it back if it throws a `Rejection` or `BatchAborted`.
    ///
    /// Only for files that need it: inside a savepoint SQLite journals each statement that has
    /// triggers, which is half of the writing of a large file.
    package func undoingIfRejected<T>(_ body: () throws -> T) throws -> T {
        let mark = postings.mark
        try db.grdb.execute(sql: "SAVEPOINT file")
        do {
            let result = try body()
            try db.grdb.execute(sql: "RELEASE file")
            return result
        } catch let error where error is Rejection || error is BatchAborted {
            try db.grdb.execute(sql: "ROLLBACK TO file; RELEASE file")
            postings.rewind(to: mark)
            forgetTerms()
            forgetServices()
            throw error
        }
    }

    /// The file that used a batch, and how it spelled it.
    private func user(
        of batch: String, by user: UserID?
    ) throws -> (batch: String, name: String)? {
        let owner = user?.rawValue ?? ""
        let spelling = Spelling(ofName: batch)
        let hasSpellings =
            try user.map { try terms(of: $0)?.hasSpellings ?? false }
            ?? Identities.hasSpellings(db, owner)
        let spellings =
            spelling.isKey && !hasSpellings
            ? [batch] : try Identities.spellings(db, .batch, spelling, of: owner)
        let earlier = try db.statement(
            """
            SELECT name FROM files WHERE coalesce(user_id, '') = ?1 AND batch = ?2
                AND status IN ('accepted', 'partial')
            """)
        earlier.bind(1, owner)
        for text in spellings {
            earlier.bind(2, text)
            if let name = try earlier.first({ $0.text(0)! }) { return (text, name) }
        }
        return nil
    }

    /// A service that is or was on sale, or nil.
    package func service(_ id: ServiceID) throws -> Service? {
        if let known = services[id] { return known }
        let service = try Service.fetch(db, id)
        services[id] = .some(service)
        return service
    }

    /// The terms on which a service is sold now.
    func sale(of service: ServiceID) throws -> SaleID {
        if let known = sales[service] { return known }
        let sale = try Sales(db).current(of: service)
        sales[service] = sale
        return sale
    }

    /// To be called where services may have changed, or what was kept of their sales was taken
    /// back.
    func forgetServices() {
        services.removeAll(keepingCapacity: true)
        sales.removeAll(keepingCapacity: true)
    }

    private func checkNotBanned(_ user: UserID) throws {
        guard let ban = try terms(of: user)?.ban else { return }
        throw Rejection(
            .userBanned,
            "\(user) is banned (\(ban)); nothing was done; once the ban is lifted, drop the file again"
        )
    }
}

extension Intake {
    func insertFile(
        _ arrival: Arrival, batch: String?, status: String, lines: Int = 0,
        rejection: Rejection? = nil, duplicateOf: FileID? = nil, balance: Amount? = nil
    ) throws -> FileID {
        let insertion = try db.statement(
            """
            INSERT INTO files (user_id, name, sha256, batch, bytes, status, reason, detail,
                               duplicate_of, lines, accepted, rejected, charged, balance,
                               received_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, 0, ?12, ?13)
            """)
        insertion.bind(1, arrival.user?.rawValue)
        insertion.bind(2, arrival.name)
        insertion.bind(3, arrival.digest)
        insertion.bind(4, batch)
        insertion.bind(5, arrival.bytes)
        insertion.bind(6, status)
        insertion.bind(7, rejection?.code.rawValue)
        insertion.bind(8, rejection?.detail)
        insertion.bind(9, duplicateOf?.rawValue)
        insertion.bind(10, Int64(lines))
        insertion.bind(11, Int64(status == "rejected" ? lines : 0))
        insertion.bind(12, balance?.micros)
        insertion.bind(13, arrival.receivedAt.milliseconds)
        try insertion.run()
        return FileID(db.grdb.lastInsertedRowID)
    }

    /// What the user has now: kept with his file, so that its receipt is the same whenever written.
    /// Nil for the desk.
    func balance(of user: UserID?) throws -> Amount? {
        try user.map { try postings.balance(of: .user($0, .available)) }
    }
}
