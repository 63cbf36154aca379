import Ledger
import Spool

/// A file whose effect is in the commit, or that can have none.
struct TakenFile {
    let file: CopiedFile
    let kept: Kept

    /// What the ledger keeps of a file.
    enum Kept {
        case row(FileID)
        /// A row that an earlier commit made.
        case known(FileID)
        /// There is nobody to keep it for.
        case nothing(FileReport)
    }

    /// Whether its effect, if it has any, is of this commit.
    var isNew: Bool {
        if case .known = kept { false } else { true }
    }

    /// What its receipt says.
    func report(from receipts: Receipts) throws -> FileReport {
        switch kept {
        case .row(let id), .known(let id): try receipts.report(of: id)
        case .nothing(let report): report
        }
    }

    /// Whether the file goes to quarantine: it could not be read, or belongs to nobody.
    func isUnreadable(_ report: FileReport) -> Bool {
        if case .nothing = kept { return true }
        return report.reason == RejectionCode.badJSON.rawValue
    }
}
