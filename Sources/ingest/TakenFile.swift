import BatchFiles
import Ledger
import Spool

/// A file after its commit.
struct TakenFile {
    let file: CopiedFile
    let kept: Kept

    /// How the ledger knows a file.
    enum Kept {
        case row(FileID)
        /// A row that an earlier commit made.
        case known(FileID)
        /// No row: no user can own the file.
        case nothing(FileReport)
    }

    /// Whether this commit made its effect, and not an earlier one.
    var isNew: Bool {
        if case .known = kept { false } else { true }
    }

    /// The content of its receipt.
    func report(from receipts: Receipts) throws -> FileReport {
        switch kept {
        case .row(let id), .known(let id): try receipts.report(of: id)
        case .nothing(let report): report
        }
    }

    /// Whether the file goes to quarantine: it could not be read, has no owner, or came through a
    /// door and was not read because it is too long.
    func isUnreadable(_ report: FileReport) -> Bool {
        if case .nothing = kept { return true }
        return report.reason == RejectionCode.badJSON.rawValue
            || file.isCollected && report.reason == RejectionCode.tooLarge.rawValue
    }
}
