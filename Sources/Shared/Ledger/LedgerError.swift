import Failures
import Money

/// Why the ledger cannot be used. Nothing in it was touched, unless it says otherwise.
package enum LedgerError: Error {
    /// Made by a later version of the programs.
    case newer(version: Int)
    /// There is none at that path, and none was to be made.
    case missing(String)
    /// No database at all.
    case notADatabase(String)
    /// Somebody else's database.
    case notALedger(String)
    /// Kept in another house currency than the configuration says.
    case otherCurrency(Currency?, configured: Currency)
    /// A provider whose money is counted in another currency than the configuration says.
    case otherProviderCurrency(String, Currency, configured: Currency)
    /// An older ledger than the one that the programs saw last, or a backup.
    case restored(String)
    /// What the programs saw last cannot be read.
    case unreadableGeneration(String)
    /// The file cannot be opened or locked.
    case unreachable(String, errno: Int32)
    /// A commit is made, and how far the ledger has come by it cannot be noted: nothing was done on the
    /// strength of it.
    case unnoted(String, errno: Int32)
}

extension LedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newer(let version):
            """
            the ledger has schema \(version), this program knows \(Ledger.migrations.count); \
            nothing was touched; run the version of the programs that wrote it, or a later one
            """
        case .missing(let path):
            """
            there is no ledger at \(path); nothing was made; correct `ledger` in the configuration, or \
            run ingest, which makes a new one
            """
        case .notADatabase(let path):
            """
            \(path) is no database; nothing was touched; correct `ledger` in the configuration, or put \
            the ledger or its latest backup in its place
            """
        case .notALedger(let path):
            "\(path) is a database of something else; nothing was touched; give the ledger's path"
        case .otherCurrency(let kept, let configured):
            """
            the ledger is kept in \(kept?.code ?? "no currency"), the configuration says \
            \(configured); nothing was touched; a ledger cannot change its currency, so set it back
            """
        case .otherProviderCurrency(let name, let kept, let configured):
            """
            the ledger counts \(name)'s money in \(kept), the configuration says \(configured); \
            nothing was touched; set it back, or give the provider in the other currency a new name
            """
        case .restored(let path):
            """
            \(path) is a backup, or older than the ledger that the programs worked with last; nothing \
            was touched, since what it calls unsent may have been sent; put the latest one in its \
            place, or go on with this one by admin recover --restored
            """
        case .unreadableGeneration(let path):
            """
            \(path) does not say how far the ledger has come; nothing was touched; \
            admin recover --restored writes it anew
            """
        case .unreachable(let path, let errno):
            """
            \(path) cannot be reached: \(SystemWords(errno).cause); nothing was touched; \
            \(SystemWords(errno).cure)
            """
        case .unnoted(let path, let errno):
            """
            \(path) cannot be written: \(SystemWords(errno).cause); what was committed is in the ledger, \
            and the run ended there; \(SystemWords(errno).cure) and run again
            """
        }
    }
}

extension LedgerError: StageFailure {
    package var exitStatus: ExitStatus {
        switch self {
        case .newer, .missing, .notADatabase, .notALedger, .otherCurrency, .otherProviderCurrency,
            .restored, .unreadableGeneration:
            .badConfiguration
        case .unreachable, .unnoted: .ioFailed
        }
    }
}
