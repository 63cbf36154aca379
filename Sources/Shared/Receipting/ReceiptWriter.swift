import BatchFiles
import Ledger
import Money
import StrictJSON

/// Renders receipts from the ledger (contract.md §4): the same bytes whenever they are written, for
/// an outbox or for a call that waits.
package struct ReceiptWriter {
    private let currency: Currency

    /// How many lines are collected between two pieces, so that memory stays flat.
    private static let linesPerPiece = 500

    /// - Parameter currency: the house currency.
    package init(currency: Currency) {
        self.currency = currency
    }

    /// Renders the receipt of one file.
    ///
    /// - Parameters:
    ///   - report: what the ledger knows of the file.
    ///   - form: whether it is a reseller's file or a desk's.
    ///   - receipts: the reading of the ledger that `report` is from.
    ///   - write: takes the receipt, piece by piece.
    /// - Throws: `StoreError`, and what `write` throws.
    package func write(
        _ report: FileReport, _ form: FileForm, _ receipts: Receipts,
        to write: ([UInt8]) throws -> Void
    ) throws {
        var json = JSONWriter(pretty: true)
        json.beginObject()
        head(report, &json)
        for kind in form.kinds {
            json.key(kind.rawValue)
            json.beginArray()
            var count = 0
            try receipts.forEachLine(of: report, kind) { line in
                self.write(line, &json)
                count += 1
                if count % Self.linesPerPiece == 0 { try write(json.drain()) }
            }
            json.endArray()
        }
        json.endObject()
        try write(json.drain())
    }

    private func head(_ report: FileReport, _ json: inout JSONWriter) {
        json.member("receipt", 1)
        json.member("file", report.name)
        json.member("sha256", report.digest)
        json.member("bytes", report.bytes)
        json.member("batch", report.batch)
        json.member("status", report.status)
        json.member("reason", report.reason)
        if let detail = report.detail { json.member("detail", detail) }
        if let first = report.duplicateOf { json.member("duplicate_of", first) }
        json.member("received_at", "\(report.receivedAt)")
        json.member("currency", currency.code)
        json.key("lines")
        json.beginObject(inline: true)
        for (key, count) in [
            ("received", report.lines), ("accepted", report.accepted),
            ("rejected", report.rejected),
        ] {
            json.member(key, count)
        }
        json.endObject()
        json.member("charged", "\(report.charged)")
        json.member("balance", report.balance.map { "\($0)" })
    }

    private func write(_ line: LineReport, _ json: inout JSONWriter) {
        json.beginObject(inline: true)
        json.member("line", line.line)
        if let ref = line.ref { json.member("ref", ref) }
        json.member("status", line.status)
        if let code = line.code { json.member("code", code) }
        if let detail = line.detail { json.member("detail", detail) }
        if let order = line.order { json.member("order", order) }
        if let charge = line.charge { json.member("charge", "\(charge)") }
        json.endObject()
    }
}

extension ReceiptWriter {
    /// The file beside a file in quarantine that says why it is there, for the operator.
    package static func reason(_ report: FileReport) -> [UInt8] {
        var json = JSONWriter(pretty: true)
        json.beginObject()
        json.member("file", report.name)
        json.member("sha256", report.digest)
        json.member("reason", report.reason)
        json.member("detail", report.detail)
        json.member("received_at", "\(report.receivedAt)")
        json.endObject()
        return json.drain()
    }
}
