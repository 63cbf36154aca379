import BatchFiles
import Identity
import Money
import Tables
import Timestamps

/// The effect of one file, line by line, inside a commit: what a reseller's file and the desk's
/// have in common. It ends with `close`, or is taken back by `Intake.undoingIfRejected`.
///
/// Every method that takes a line also records its outcome: the receipt is rendered from the
/// ledger, and reports nothing that the ledger does not keep.
package class FileDraft {
    let intake: Intake
    package let arrival: Arrival
    package let file: FileID
    package let batch: String
    /// The last moment that the restored ledger knows, if this file is replayed after a restore;
    /// otherwise nil.
    let lostSince: Timestamp?
    /// The numbers that its orders had, if it is replayed.
    let formerOrders: RetakenOrders?
    /// The orders of the file; a desk file has none.
    var ordered = Ordered()
    private var lines = 0
    private var rejected = 0
    /// The rejected lines and their reasons, if `keepsRejections`, up to `mostRejectionsKept`.
    package private(set) var rejections: [(line: Line, rejection: Rejection)] = []
    /// The most rejections kept: memory must not grow with the file.
    package static let mostRejectionsKept = 1_000
    /// Whether the caller will ask for `rejections`.
    package var keepsRejections = false

    var db: any Connection { intake.db }
    var postings: Postings { intake.postings }

    init(_ intake: Intake, _ arrival: Arrival, batch: String) throws {
        self.intake = intake
        self.arrival = arrival
        self.batch = batch
        lostSince = try intake.lostSince(arrival)
        let isLost = lostSince != nil
        formerOrders = isLost ? try RetakenOrders(intake.db, of: arrival) : nil
        file = try intake.insertFile(
            arrival, batch: batch, status: "accepted", wasRetaken: isLost)
        let spelling = Spelling(ofName: batch)
        if !spelling.isKey {
            try Identities.note(
                intake.db, .batch, spelling, of: arrival.owner.key)
            intake.forgetTerms()
        }
    }

    /// Ends the file's effect and records how the file went.
    ///
    /// `reason`: why nothing in the file was done, if it failed as a whole.
    package func close(reason: RejectionCode? = nil) throws -> FileID {
        try holdIfLost()
        let status = rejected == 0 ? "accepted" : rejected == lines ? "rejected" : "partial"
        // Three indexes cover the status, so it is written only if it changes.
        let update = try db.statement(
            """
            UPDATE files SET lines = ?2, accepted = ?3, rejected = ?4, charged = ?5,
                first_order = ?6, last_order = ?7, reason = ?8, balance = ?9
                \(rejected == 0 ? "" : ", status = ?10") WHERE id = ?1
            """)
        update.bind(1, file)
        update.bind(2, lines)
        update.bind(3, lines - rejected)
        update.bind(4, rejected)
        update.bind(5, ordered.charged)
        update.bind(6, ordered.first)
        update.bind(7, ordered.last)
        update.bind(8, reason)
        update.bind(9, try intake.balance(of: arrival.user))
        if rejected > 0 { update.bind(10, status) }
        try update.run()
        return file
    }

    /// Does everything that a line asks for, or none of it if a wallet would grow too large to
    /// count.
    ///
    /// Not for orders: they are many, and none of them overflows once it has begun.
    ///
    /// - Throws: `Rejection` in that case; what `act` throws.
    package func whole(_ act: () throws -> Void) throws {
        // From here on, everything that may be taken back is in the database.
        try postings.writeBalances()
        let mark = postings.mark
        try db.script("SAVEPOINT line")
        do {
            try act()
        } catch is MoneyError {
            try db.script("ROLLBACK TO line; RELEASE line")
            postings.rewind(to: mark)
            intake.forgetTerms()
            throw Rejection(
                .badValue, "a balance would be more than can be counted; nothing was done")
        }
        try db.script("RELEASE line")
    }

    /// Counts lines whose effect is their record: accepted orders, which their own rows describe.
    func countAccepted(_ count: Int = 1) {
        lines += count
    }

    /// Records the outcome of a line that stands in `lines`.
    func record(_ outcome: LineOutcome, of line: Line, ref: String?) throws {
        lines += 1
        if line.kind != .orders { intake.forgetTerms() }
        switch outcome {
        case .accepted(let order, let note):
            try insert(line, ref, "accepted", detail: note, order: order)
        case .pending(let note):
            try insert(line, ref, "pending", detail: note)
        case .duplicate(let order, let note):
            try insert(line, ref, "duplicate", detail: note, order: order)
        case .rejected(let rejection):
            rejected += 1
            if keepsRejections, rejections.count < Self.mostRejectionsKept {
                rejections.append((line, rejection))
            }
            try insert(line, ref, "rejected", code: rejection.code, detail: rejection.detail)
        }
    }

    private func insert(
        _ line: Line, _ ref: String?, _ status: String, code: RejectionCode? = nil,
        detail: String? = nil, order: OrderID? = nil
    ) throws {
        let insertion = try db.statement(
            """
            INSERT INTO lines (file_id, kind, line, ref, status, code, detail, order_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        insertion.bind(1, file)
        insertion.bind(2, line.kind.rawValue)
        insertion.bind(3, line.number)
        insertion.bind(4, ref)
        insertion.bind(5, status)
        insertion.bind(6, code)
        insertion.bind(7, detail)
        insertion.bind(8, order)
        try insertion.run()
    }
}

/// The accepted orders of a file: their ids rise with their lines, without a gap, unless the file
/// is replayed after a restore.
struct Ordered {
    private(set) var first: OrderID?
    private(set) var last: OrderID?
    /// The sum of their charges, which is put on hold.
    private(set) var charged = Amount.zero

    /// Adds orders whose charges come to `charge`.
    mutating func add(_ orders: ClosedRange<OrderID>, for charge: Amount) throws {
        charged = try charged + charge
        first = min(first ?? orders.lowerBound, orders.lowerBound)
        last = max(last ?? orders.upperBound, orders.upperBound)
    }
}
