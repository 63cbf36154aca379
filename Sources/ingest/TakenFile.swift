import Ledger
import Spool

/// A file whose effect is in the commit, or that can have none.
struct TakenFile {
    let file: ClaimedFile
    let kept: Kept

    /// What the ledger keeps of a file.
    enum Kept {
        case row(FileID)
        /// There is nobody to keep it for.
        case nothing(FileReport)
    }

    /// What its receipt says.
    func report(from receipts: Receipts) throws -> FileReport {
        switch kept {
        case .row(let id): try receipts.report(of: id)
        case .nothing(let report): report
        }
    }

    /// Whether the file goes to quarantine: it could not be read, or belongs to nobody.
    func isUnreadable(_ report: FileReport) -> Bool {
        if case .nothing = kept { return true }
        return report.reason == RejectionCode.badJSON.rawValue
    }
}
