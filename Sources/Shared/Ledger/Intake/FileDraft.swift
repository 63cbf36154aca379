import GRDB
import Identity
import Money
import Tables
import Timestamps

/// The effect of one file, line by line, inside a commit. It ends with `close` or with `abandon`.
///
/// Every method that takes a line also writes down what became of it: the receipt is rendered from
/// the ledger, and nothing is told that is not kept.
package final class FileDraft {
    let intake: Intake
    package let arrival: Arrival
    package let file: FileID
    package let batch: String
    /// What to go back to; nil where the effect will not be taken back.
    private let savepoint: Postings.Mark?
    /// The statements of the loop over the orders.
    let earlierOrder: any Statement
    let insertOrder: any Statement

    var firstOrder: OrderID?
    var lastOrder: OrderID?
    private var lines = 0
    private var rejected = 0
    /// The lines that were rejected and why, if `keepsRejections`; the first so many.
    package private(set) var rejections: [(line: Line, rejection: Rejection)] = []
    /// The most rejections kept: memory must not grow with the file.
    package static let mostRejectionsKept = 1_000
    /// Whether the caller will want to know `rejections`.
    package var keepsRejections = false
    /// What this file put on hold for orders.
    private(set) var charged = Amount.zero

    /// When the ledger ends that this file is missing in; nil for one that is of no lost time.
    let lostSince: Timestamp?
    /// The user's, as they were when the file was opened: its orders come before all else. Nil for
    /// the desk.
    let terms: UserTerms?
    /// Whether any ref of the user is not its own key, also one of this file.
    var hasSpellings: Bool

    var db: any Connection { intake.db }
    var postings: Postings { intake.postings }

    /// The reseller who dropped the file. Asking for the desk's is a bug: the desk is no user.
    var user: UserID { arrival.user! }

    init(_ intake: Intake, _ arrival: Arrival, batch: String, mayBeAbandoned: Bool) throws {
        self.intake = intake
        self.arrival = arrival
        self.batch = batch
        // Within a savepoint SQLite journals each statement that has triggers: half of the writing
        // of a large file, so it is opened only for those that need it.
        savepoint = mayBeAbandoned ? intake.postings.mark : nil
        if mayBeAbandoned { try intake.db.grdb.execute(sql: "SAVEPOINT file") }
        lostSince = try intake.lostSince(arrival)
        terms = try arrival.user.flatMap(intake.terms)
        hasSpellings = terms?.hasSpellings ?? false
        file = try intake.insertFile(arrival, batch: batch, status: "accepted")
        let spelling = Spelling(ofName: batch)
        if !spelling.isKey {
            try Identities.note(
                intake.db, .batch, spelling, of: arrival.user?.rawValue ?? "")
            intake.forgetTerms()
        }
        earlierOrder = try intake.db.statement(Self.earlierOrder)
        insertOrder = try intake.db.statement(
            intake.lastLostOrder.get() == nil ? Self.insertion : Self.insertionPastLostOrders)
    }

    /// Ends the file's effect, and says how it went.
    ///
    /// - Parameter reason: why the file as a whole has none, where that is so.
    package func close(reason: RejectionCode? = nil) throws -> FileID {
        try holdIfLost()
        let status = rejected == 0 ? "accepted" : rejected == lines ? "rejected" : "partial"
        // Three indexes rest on the status: it is written only where it is another now.
        let update = try db.statement(
            """
            UPDATE files SET lines = ?2, accepted = ?3, rejected = ?4, charged = ?5,
                first_order = ?6, last_order = ?7, reason = ?8, balance = ?9
                \(rejected == 0 ? "" : ", status = ?10") WHERE id = ?1
            """)
        update.bind(1, file.rawValue)
        update.bind(2, Int64(lines))
        update.bind(3, Int64(lines - rejected))
        update.bind(4, Int64(rejected))
        update.bind(5, charged.micros)
        update.bind(6, firstOrder?.rawValue)
        update.bind(7, lastOrder?.rawValue)
        update.bind(8, reason?.rawValue)
        update.bind(9, try intake.balance(of: arrival.user)?.micros)
        if rejected > 0 { update.bind(10, status) }
        try update.run()
        if savepoint != nil { try db.grdb.execute(sql: "RELEASE file") }
        return file
    }

    /// Takes everything back that the file did so far, as if it had never been opened. A bug where
    /// the draft was not opened for that.
    package func abandon() throws {
        try db.grdb.execute(sql: "ROLLBACK TO file; RELEASE file")
        postings.rewind(to: savepoint!)
        intake.forgetTerms()
        intake.forgetServices()
    }

    /// Does what a line wants, or nothing of it where a wallet would come to more than can be
    /// counted.
    ///
    /// Not for orders: those are many, and nothing of them overflows once it has begun.
    ///
    /// - Throws: `Rejection` in that case; what `act` throws.
    package func whole(_ act: () throws -> Void) throws {
        // Then all that is to be taken back is in the database.
        try postings.writeBalances()
        let mark = postings.mark
        try db.grdb.execute(sql: "SAVEPOINT line")
        do {
            try act()
        } catch is MoneyError {
            try db.grdb.execute(sql: "ROLLBACK TO line; RELEASE line")
            postings.rewind(to: mark)
            intake.forgetTerms()
            throw Rejection(
                .badValue, "a balance would be more than can be counted; nothing was done")
        }
        try db.grdb.execute(sql: "RELEASE line")
    }

    /// Writes down a line that never reached a wallet.
    package func reject(_ line: Line, _ rejection: Rejection) throws {
        try note(line, .rejected(rejection))
    }

    /// Writes down what became of a line. An accepted order stands in `orders` alone.
    @discardableResult
    func note(_ line: Line, _ outcome: LineOutcome) throws -> LineOutcome {
        lines += 1
        if line.kind != .orders { intake.forgetTerms() }
        switch outcome {
        case .accepted(let order, let note):
            if line.kind != .orders { try write(line, "accepted", detail: note, order: order) }
        case .pending(let note):
            try write(line, "pending", detail: note)
        case .duplicate(let order, let note):
            try write(line, "duplicate", detail: note, order: order)
        case .rejected(let rejection):
            rejected += 1
            if keepsRejections, rejections.count < Self.mostRejectionsKept {
                rejections.append((line, rejection))
            }
            try write(line, "rejected", code: rejection.code, detail: rejection.detail)
        }
        return outcome
    }

    func addCharge(_ charge: Amount, of order: OrderID) throws {
        charged = try charged + charge
        firstOrder = firstOrder ?? order
        lastOrder = order
    }

    private func write(
        _ line: Line, _ status: String, code: RejectionCode? = nil, detail: String? = nil,
        order: OrderID? = nil
    ) throws {
        let insertLine = try db.statement(
            """
            INSERT INTO lines (file_id, kind, line, ref, status, code, detail, order_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        insertLine.bind(1, file.rawValue)
        insertLine.bind(2, line.kind.rawValue)
        insertLine.bind(3, Int64(line.number))
        insertLine.bind(4, line.ref)
        insertLine.bind(5, status)
        insertLine.bind(6, code?.rawValue)
        insertLine.bind(7, detail)
        insertLine.bind(8, order?.rawValue)
        try insertLine.run()
    }
}

/// A line of a file: the array it stands in, its place there from 1, and its reference if it has
/// one.
package struct Line: Sendable {
    package let kind: LineKind
    package let number: Int
    package let ref: String?

    package init(_ kind: LineKind, _ number: Int, ref: String? = nil) {
        self.kind = kind
        self.number = number
        self.ref = ref
    }
}

/// The arrays of batch and desk files (contract.md §4), by their keys.
package enum LineKind: String, CaseIterable, Sendable {
    case orders, refills, cancels, deposits, withdrawals
    case users, bans, unbans, prices, decisions, refunds, adjustments, topups, releases

    /// What a reseller's batch may hold, in the order of its receipt.
    package static let ofResellers: [LineKind] = [
        .orders, .refills, .cancels, .deposits, .withdrawals,
    ]

    /// What a desk file may hold, in the order in which it takes effect: users before what needs
    /// them.
    package static let ofDesk: [LineKind] = [
        .users, .bans, .unbans, .prices, .deposits, .withdrawals, .decisions, .refunds,
        .adjustments, .topups, .releases,
    ]
}
