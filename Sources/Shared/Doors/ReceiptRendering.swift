import BatchFiles
import Ledger
import Money
import Receipting

/// A receipt, and what its caller must know of it.
package struct RenderedReceipt: Sendable {
    /// The receipt, byte for byte as in an outbox.
    package let bytes: [UInt8]
    package let name: String
    /// The SHA-256 of the file, in hexadecimal.
    package let digest: String
    /// The file's status: `accepted`, `partial`, `rejected` or `duplicate` (contract.md §4).
    package let status: String
    /// Why the whole file was refused; nil if it was not.
    package let reason: String?
}

/// Renders receipts for calls.
struct ReceiptRendering: Sendable {
    let currency: Currency

    func render(
        _ report: FileReport, _ form: FileForm, _ receipts: Receipts
    ) throws -> RenderedReceipt {
        var bytes: [UInt8] = []
        try ReceiptWriter(currency: currency).write(report, form, receipts) { bytes += $0 }
        return RenderedReceipt(
            bytes: bytes, name: report.name, digest: report.digest, status: report.status,
            reason: report.reason)
    }
}
