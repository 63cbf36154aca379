import BatchFiles
import Ledger

/// One line of a batch that a call asks for, on its way to `ingest`.
package struct CallLine: Sendable {
    package let kind: LineKind
    /// The line's reference, as it stands in `object`; nil if the line has none.
    package let ref: String?
    /// Whether a second order for a link that has an open one is to be refused, because the caller
    /// may be repeating itself. One with a `ref` repeats itself safely.
    package let refusesSecondOrder: Bool
    /// The line as a JSON object, in bytes.
    package let object: [UInt8]
}

/// What became of a line.
package enum LineFate: Equatable, Sendable {
    /// `ingest` took it, and this is what the receipt says: accepted, or known from before; with
    /// the order that it made or is about.
    case done(OrderID?)
    /// `ingest` refused it: nothing was done.
    case refused(RejectionCode)
    /// It did not reach `ingest` in time and was taken back: nothing was done.
    case withdrawn
    /// `ingest` has it, and has not said yet what became of it.
    case unanswered
}
