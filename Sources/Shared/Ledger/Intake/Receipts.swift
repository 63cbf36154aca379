import GRDB
import Money
import Tables
import Timestamps

/// What the ledger knows of a file, for its receipt.
package struct FileReport: Sendable {
    /// Nil where the ledger has no row of it.
    package let file: FileID?
    package let user: UserID?
    package let name: String
    package let digest: String
    package let bytes: Int64
    package let batch: String?
    package let status: String
    package let reason: String?
    package let detail: String?
    /// The name under which the same content came first.
    package let duplicateOf: String?
    package let lines: Int64
    package let accepted: Int64
    package let rejected: Int64
    package let charged: Amount
    /// What the user had after the file; nil for the desk.
    package let balance: Amount?
    package let receivedAt: Timestamp
    fileprivate let orders: ClosedRange<Int64>?
}

extension FileReport {
    /// Of a file that has no row: nobody we know dropped it, or it is no file.
    package init(unkept arrival: Arrival, _ rejection: Rejection) {
        self.init(
            file: nil, user: arrival.user, name: arrival.name, digest: arrival.digest,
            bytes: arrival.bytes, batch: nil, status: "rejected",
            reason: rejection.code.rawValue, detail: rejection.detail, duplicateOf: nil, lines: 0,
            accepted: 0, rejected: 0, charged: .zero, balance: nil,
            receivedAt: arrival.receivedAt, orders: nil)
    }
}

/// What became of one line, for a receipt.
package struct LineReport: Sendable {
    package let line: Int64
    package let ref: String?
    package let status: String
    package let code: String?
    package let detail: String?
    package let order: Int64?
    package let charge: Amount?
}

extension Ledger {
    /// Reads what receipts say, as of one moment. Memory is bounded by a line, not by a file.
    package func receipts<T>(_ body: (Receipts) throws -> T) throws -> T {
        try read { try body(Receipts(db: $0)) }
    }
}

/// What receipts say. Valid only within `Ledger.receipts`.
package struct Receipts {
    let db: any Connection

    package func report(of file: FileID) throws -> FileReport {
        let row = try db.statement(
            """
            SELECT f.user_id, f.name, f.sha256, f.bytes, f.batch, f.status, f.reason, f.detail,
                d.name, f.lines, f.accepted, f.rejected, f.charged, f.balance, f.received_at,
                f.first_order, f.last_order
            FROM files f LEFT JOIN files d ON d.id = f.duplicate_of WHERE f.id = ?1
            """)
        row.bind(1, file.rawValue)
        let isThere = try row.step()
        precondition(isThere, "there is no file \(file)")
        defer { row.reset() }
        return FileReport(
            file: file, user: row.text(0).flatMap(UserID.init(rawValue:)), name: row.text(1)!,
            digest: row.text(2)!, bytes: row.integer(3)!, batch: row.text(4),
            status: row.text(5)!, reason: row.text(6), detail: row.text(7),
            duplicateOf: row.text(8), lines: row.integer(9)!, accepted: row.integer(10)!,
            rejected: row.integer(11)!, charged: Amount(micros: row.integer(12)!),
            balance: row.integer(13).map(Amount.init(micros:)),
            receivedAt: Timestamp(milliseconds: row.integer(14)!),
            orders: row.integer(15).map { $0...row.integer(16)! })
    }

    /// Calls `body` with each line of one kind, in the order of the file.
    package func forEachLine(
        of report: FileReport, _ kind: LineKind, _ body: (LineReport) throws -> Void
    ) throws {
        guard let file = report.file else { return }
        // Where the orders are all there is, nothing else was written down.
        if let orders = report.orders, orders.count == report.lines {
            if kind == .orders { try forEachOrder(file, orders, body) }
            return
        }
        let notes = try db.statement(
            """
            SELECT line, ref, status, code, detail, order_id FROM lines
            WHERE file_id = ?1 AND kind = ?2 ORDER BY line
            """)
        notes.bind(1, file.rawValue)
        notes.bind(2, kind.rawValue)
        defer { notes.reset() }
        var note = try nextNote(notes)
        if kind == .orders, let orders = report.orders {
            try forEachOrder(file, orders) { order in
                while let earlier = note, earlier.line < order.line {
                    try body(earlier)
                    note = try nextNote(notes)
                }
                try body(order)
            }
        }
        while let rest = note {
            try body(rest)
            note = try nextNote(notes)
        }
    }

    private func nextNote(_ notes: any Statement) throws -> LineReport? {
        guard try notes.step() else { return nil }
        return LineReport(
            line: notes.integer(0)!, ref: notes.text(1), status: notes.text(2)!,
            code: notes.text(3), detail: notes.text(4), order: notes.integer(5), charge: nil)
    }

    /// The accepted orders of a file: their ids rise with their lines.
    private func forEachOrder(
        _ file: FileID, _ orders: ClosedRange<Int64>, _ body: (LineReport) throws -> Void
    ) throws {
        let rows = try db.statement(
            """
            SELECT line, ref, id, charge FROM orders
            WHERE id BETWEEN ?1 AND ?2 AND file_id = ?3 ORDER BY id
            """)
        rows.bind(1, orders.lowerBound)
        rows.bind(2, orders.upperBound)
        rows.bind(3, file.rawValue)
        defer { rows.reset() }
        while try rows.step() {
            try body(
                LineReport(
                    line: rows.integer(0)!, ref: rows.text(1), status: "accepted", code: nil,
                    detail: nil, order: rows.integer(2)!,
                    charge: Amount(micros: rows.integer(3)!)))
        }
    }
}
