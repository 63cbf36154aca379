import BatchFiles
import Identity
import Money
import Tables
import Timestamps

/// Thrown inside `Intake.undoingIfRejected` to take back a batch because some of its lines failed.
package struct BatchAborted: Error {
    /// The lines that failed, and why.
    package let rejections: [(line: Line, rejection: Rejection)]

    package init(because rejections: [(line: Line, rejection: Rejection)]) {
        self.rejections = rejections
    }
}

extension Ledger {
    /// One commit in which several files take effect, one after the other.
    ///
    /// `isLarge`: whether it brings thousands of orders.
    ///
    /// - Throws: what `body` throws; then nothing was committed.
    package func intake<T>(
        at now: Timestamp, isLarge: Bool = false, _ body: (Intake) throws -> T
    ) throws -> T {
        try commit(at: now) { db, postings in
            let intake = Intake(db, postings, at: now, currency: currency, isLarge: isLarge)
            do {
                let result = try body(intake)
                try intake.restoreGuards()
                return result
            } catch {
                try intake.putBackGuards()
                throw error
            }
        }
    }
}

/// A commit of intake before its end, valid only within `Ledger.intake`.
package final class Intake {
    let db: any Connection
    let postings: Postings
    let now: Timestamp
    let currency: Currency
    /// Whether it is large, and the guards were not lifted so far.
    var mayLiftGuards: Bool
    /// Set while rows are written that are proven later.
    var lifted: LiftedGuards?
    private var services: [ServiceID: Service?] = [:]
    /// The current sales of the services that were ordered.
    private var sales: [ServiceID: SaleID] = [:]
    /// The users looked up so far; a nil value means that there is no such user.
    var terms: [UserID: UserTerms?] = [:]
    /// The number of the next order, once one was numbered.
    private var nextOrder: OrderID?
    lazy var orderRows = OrderRows(db)
    /// Whether it brings work for `dispatch`, or did before that was taken back.
    package internal(set) var isDispatchDue = false
    /// Whether any file is replayed after a restore.
    private(set) lazy var hasRetakenFiles = Result {
        try db.one("SELECT EXISTS (SELECT 1 FROM retaken_files WHERE user_id >= '')") as Bool
    }

    init(
        _ db: any Connection, _ postings: Postings, at now: Timestamp, currency: Currency,
        isLarge: Bool
    ) {
        self.db = db
        self.postings = postings
        self.now = now
        self.currency = currency
        mayLiftGuards = isLarge
    }

    /// The row of a file whose content took effect before; nil if the content is new.
    ///
    /// Under another name the file is a duplicate, and gets a new row that says so. A file that was
    /// refused only because its owner was banned is judged again once the ban is over.
    package func settled(_ arrival: Arrival) throws -> (file: FileID, isNew: Bool)? {
        let known = try db.statement(
            """
            SELECT id, name, batch FROM files
            WHERE \(FileOwner.column) = ?1 AND sha256 = ?2 AND set_aside = 0
            ORDER BY name = ?3 DESC, status = 'duplicate' LIMIT 1
            """)
        known.bind(1, arrival.owner.key)
        known.bind(2, arrival.digest)
        known.bind(3, arrival.name)
        let found: (file: FileID, name: String, batch: String?)? = try known.first { row in
            (try row[0], try row[1], try row[2])
        }
        guard let found, try !setAsideIfUnbanned(arrival) else { return nil }
        if found.name == arrival.name { return (found.file, false) }
        let duplicate = try insertFile(
            arrival, batch: found.batch, status: "duplicate", duplicateOf: found.file,
            balance: balance(of: arrival.user))
        return (duplicate, true)
    }

    /// Sets aside the rows of content that was refused because of a ban, once the ban is over.
    private func setAsideIfUnbanned(_ arrival: Arrival) throws -> Bool {
        guard let user = arrival.user else { return false }
        let refused: Bool? = try db.value(
            """
            SELECT reason = 'USER_BANNED' FROM files
            WHERE \(raw: FileOwner.column) = \(user) AND sha256 = \(arrival.digest)
                AND set_aside = 0 AND status <> 'duplicate'
            """)
        guard refused == true, try terms(of: user)?.ban == nil else { return false }
        try db.run(
            """
            UPDATE files SET set_aside = id
            WHERE \(raw: FileOwner.column) = \(user) AND sha256 = \(arrival.digest)
                AND set_aside = 0
            """)
        return true
    }

    /// The latest row of a file's content, for a copy whose name was lost when the run that took it
    /// died.
    package func latest(_ arrival: Arrival) throws -> FileID? {
        try db.value(
            """
            SELECT max(id) FROM files
            WHERE \(raw: FileOwner.column) = \(arrival.owner.key)
                AND sha256 = \(arrival.digest)
            """)
    }

    /// Records that the whole file is refused and has no effect.
    ///
    /// `lines`: how many lines were counted in it.
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
        try checkUnused(batch, by: arrival.owner)
        return try ResellerDraft(self, arrival, of: user, on: terms, batch: batch)
    }

    /// Begins the effect of a desk's file whose content is new.
    ///
    /// - Throws: `Rejection` (`BATCH_REUSED`) if the file can have no effect.
    package func openDeskFile(_ arrival: Arrival, batch: String) throws -> DeskDraft {
        precondition(arrival.user == nil, "a reseller's file cannot be opened as the desk's")
        try restoreGuards()
        try checkUnused(batch, by: arrival.owner)
        return try DeskDraft(self, arrival, batch: batch)
    }

    private func checkUnused(_ batch: String, by owner: FileOwner) throws {
        guard let (first, name) = try user(of: batch, by: owner) else { return }
        let spelled = first.utf8.elementsEqual(batch.utf8) ? "" : " as \"\(first)\""
        throw Rejection(
            .batchReused,
            "batch \"\(batch)\" was used by \(name)\(spelled), which has other content; "
                + "nothing of this file was done; give it a batch of its own")
    }

    /// Does `body`, and takes all of it back if it throws a `Rejection` or `BatchAborted`.
    ///
    /// Only for files that need it: inside a savepoint SQLite journals every statement that fires a
    /// trigger, which is half of what a large file writes.
    package func undoingIfRejected<T>(_ body: () throws -> T) throws -> T {
        let mark = postings.mark
        try db.script("SAVEPOINT file")
        do {
            let result = try body()
            try db.script("RELEASE file")
            return result
        } catch let error where error is Rejection || error is BatchAborted {
            try db.script("ROLLBACK TO file; RELEASE file")
            postings.rewind(to: mark)
            nextOrder = nil
            forgetTerms()
            forgetServices()
            throw error
        }
    }

    /// The file that used a batch, and its spelling of the batch.
    private func user(
        of batch: String, by owner: FileOwner
    ) throws -> (batch: String, name: String)? {
        let spelling = Spelling(ofName: batch)
        let hasSpellings =
            try owner.user.map { try terms(of: $0)?.hasSpellings ?? false }
            ?? Identities.hasSpellings(db, owner.key)
        let spellings =
            spelling.isKey && !hasSpellings
            ? [batch] : try Identities.spellings(db, .batch, spelling, of: owner.key)
        let earlier = try db.statement(
            """
            SELECT name FROM files WHERE \(FileOwner.column) = ?1 AND batch = ?2
                AND status IN ('accepted', 'partial')
            """)
        earlier.bind(1, owner.key)
        for text in spellings {
            earlier.bind(2, text)
            if let name: String = try earlier.first({ try $0[0] }) { return (text, name) }
        }
        return nil
    }

    /// A service that is or was on sale; nil if no service has that id.
    package func service(_ id: ServiceID) throws -> Service? {
        if let known = services[id] { return known }
        let service = try Service.fetch(db, id)
        services[id] = .some(service)
        return service
    }

    /// The number of an order that is about to be inserted. After a restore, numbers that orders
    /// may have had in the gap are never given to others.
    ///
    /// `former`: the number that the order had before a restore.
    func numberOrder(former: OrderID? = nil) throws -> OrderID {
        isDispatchDue = true
        if let former, try !db.exists("SELECT 1 FROM orders WHERE id = \(former)") {
            return former
        }
        let number = try numberOfNextOrder()
        useNumbers(through: number)
        return number
    }

    func numberOfNextOrder() throws -> OrderID {
        try nextOrder ?? firstFreeOrder()
    }

    /// Notes that orders were inserted whose numbers end with `last`.
    func useNumbers(through last: OrderID) {
        isDispatchDue = true
        nextOrder = OrderID(last.rawValue + 1)
    }

    private func firstFreeOrder() throws -> OrderID {
        let last: Int64 = try db.one("SELECT coalesce(max(id), 0) FROM orders")
        let lastLost: Int64? = try db.value("SELECT last_lost_order FROM generation WHERE id = 1")
        return OrderID(max(last, lastLost ?? 0) + 1)
    }

    /// The terms on which a service is sold now.
    func sale(of service: ServiceID) throws -> SaleID {
        if let known = sales[service] { return known }
        let sale = try Sales(db).current(of: service)
        sales[service] = sale
        return sale
    }

    /// Call when services may have changed, or when their sales were rolled back.
    func forgetServices() {
        services.removeAll(keepingCapacity: true)
        sales.removeAll(keepingCapacity: true)
    }

    private func checkNotBanned(_ user: UserID) throws {
        guard let ban = try terms(of: user)?.ban else { return }
        throw Rejection(
            .userBanned,
            "\(user) is banned (\(ban)); nothing was done; once the ban is lifted, drop the file "
                + "again")
    }
}
