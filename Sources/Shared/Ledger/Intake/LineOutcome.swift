import BatchFiles
import Tables

extension RejectionCode: Column {}

/// The outcome of one line of a file.
package enum LineOutcome: Equatable, Sendable {
    /// Done, with the order that it made or is about, and a note if there is something to say.
    case accepted(OrderID? = nil, note: String? = nil)
    /// Recorded; it takes effect once another person confirms it. The note is for the person
    /// who asked.
    case pending(note: String? = nil)
    /// Done before, under the same reference and with the same content. The note gives the earlier
    /// spelling, if it differs.
    case duplicate(of: OrderID? = nil, note: String? = nil)
    case rejected(Rejection)
}
