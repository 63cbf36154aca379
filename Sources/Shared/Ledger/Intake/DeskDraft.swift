import BatchFiles
import Money

/// The effect of a desk file before its commit: users, money, and decisions about orders.
package final class DeskDraft: FileDraft {
    /// Records a rejected line.
    package func reject(_ line: Line, _ rejection: Rejection) throws {
        try record(.rejected(rejection), of: line)
    }

    func record(_ outcome: LineOutcome, of line: Line) throws {
        try record(outcome, of: line, ref: nil)
    }
}
