import BatchFiles
import Money
import Tables
import Timestamps

/// Everything the ledger knows about a file, for its receipt.
package struct FileReport: Sendable {
    /// Nil if the ledger has no row of it.
    package let file: FileID?
    package let owner: FileOwner
    package let name: String
    package let digest: String
    package let bytes: Int64
    package let batch: String?
    package let status: String
    package let reason: String?
    package let detail: String?
    /// The name under which the same content first came.
    package let duplicateOf: String?
    package let lines: Int64
    package let accepted: Int64
    package let rejected: Int64
    package let charged: Amount
    /// The user's balance after the file; nil for the desk.
    package let balance: Amount?
    package let receivedAt: Timestamp
    fileprivate let orders: ClosedRange<Int64>?
    /// Whether the file was taken again after a restore.
    fileprivate let wasRetaken: Bool
}

extension FileReport {
    /// Whether any of its lines became an order.
    package var hasOrders: Bool { orders != nil }
}

extension FileReport {
    /// Nil for a desk's file.
    package var user: UserID? { owner.user }

    /// A file that has no row: we do not know its dropper, or it is no file at all.
    package init(unkept arrival: Arrival, _ rejection: Rejection) {
        self.init(
            file: nil, owner: arrival.owner, name: arrival.name, digest: arrival.digest,
            bytes: arrival.bytes, batch: nil, status: "rejected",
            reason: rejection.code.rawValue, detail: rejection.detail, duplicateOf: nil, lines: 0,
            accepted: 0, rejected: 0, charged: .zero, balance: nil,
            receivedAt: arrival.receivedAt, orders: nil, wasRetaken: false)
    }
}

/// The outcome of one line, for a receipt.
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
    /// Reads what receipts report, as of one moment. Memory is bounded by a line, not by a file.
    package func receipts<T>(_ body: (Receipts) throws -> T) throws -> T {
        try read { try body(Receipts(db: $0)) }
    }
}

/// What receipts report, valid only within `Ledger.receipts`.
package struct Receipts {
    let db: any Connection

    package func report(of file: FileID) throws -> FileReport {
        let statement = try db.statement(
            """
            SELECT f.user_id, f.name, f.sha256, f.bytes, f.batch, f.status, f.reason, f.detail,
                d.name, f.lines, f.accepted, f.rejected, f.charged, f.balance, f.received_at,
                f.first_order, f.last_order, f.desk, f.was_retaken
            FROM files f LEFT JOIN files d ON d.id = f.duplicate_of WHERE f.id = ?1
            """)
        statement.bind(1, file)
        let report = try statement.first { row in
            let (first, last): (Int64?, Int64?) = (try row[15], try row[16])
            return FileReport(
                file: file, owner: FileOwner(user: try row[0], desk: try row[17]),
                name: try row[1], digest: try row[2], bytes: try row[3], batch: try row[4],
                status: try row[5], reason: try row[6],
                detail: try row[7], duplicateOf: try row[8], lines: try row[9],
                accepted: try row[10], rejected: try row[11], charged: try row[12],
                balance: try row[13], receivedAt: try row[14],
                orders: first.flatMap { first in last.map { first...$0 } },
                wasRetaken: try row[18])
        }
        guard let report else { preconditionFailure("there is no file \(file)") }
        return report
    }

    /// Calls `body` with each line of one kind, in the order of the file.
    package func forEachLine(
        of report: FileReport, _ kind: LineKind, _ body: (LineReport) throws -> Void
    ) throws {
        guard let file = report.file else { return }
        // If every line is an accepted order, `lines` holds nothing.
        if !report.wasRetaken, let orders = report.orders, orders.count == report.lines {
            if kind == .orders { try forEachOrder(report, orders, body) }
            return
        }
        let notes = try db.statement(
            """
            SELECT line, ref, status, code, detail, order_id FROM lines
            WHERE file_id = ?1 AND kind = ?2 ORDER BY line
            """)
        notes.bind(1, file)
        notes.bind(2, kind.rawValue)
        defer { notes.reset() }
        var note = try nextNote(notes)
        if kind == .orders, let orders = report.orders {
            try forEachOrder(report, orders) { order in
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
        let row = notes.row
        return LineReport(
            line: try row[0], ref: try row[1], status: try row[2], code: try row[3],
            detail: try row[4], order: try row[5], charge: nil)
    }

    /// The accepted orders of a file. Their ids rise with their lines, unless it was replayed.
    private func forEachOrder(
        _ report: FileReport, _ orders: ClosedRange<Int64>, _ body: (LineReport) throws -> Void
    ) throws {
        let rows = try db.statement(
            """
            SELECT line, ref, id, charge FROM orders
            WHERE id BETWEEN ?1 AND ?2 AND file_id = ?3
            ORDER BY \(report.wasRetaken ? "line" : "id")
            """)
        rows.bind(1, orders.lowerBound)
        rows.bind(2, orders.upperBound)
        rows.bind(3, report.file)
        defer { rows.reset() }
        while try rows.step() {
            let row = rows.row
            try body(
                LineReport(
                    line: try row[0], ref: try row[1], status: "accepted", code: nil, detail: nil,
                    order: try row[2], charge: try row[3]))
        }
    }
}
