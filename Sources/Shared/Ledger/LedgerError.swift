import Failures
import Glibc
import Money

/// Why the ledger cannot be used. Nothing in it was touched, unless it says otherwise.
package enum LedgerError: Error {
    /// Made by a later version of the programs.
    case newer(version: Int, known: Int)
    /// Made by an earlier version of the programs, and this one does not write to it.
    case older(version: Int, known: Int)
    /// No ledger is at that path, and this program never makes one.
    case missing(String)
    /// No ledger is at that path, but the spool has seen one.
    case lost(String, last: String?)
    /// No database at all.
    case notADatabase(String)
    /// A database of something else.
    case notALedger(String)
    /// Kept in another house currency than the configuration says.
    case otherCurrency(Currency?, configured: Currency)
    /// A provider whose money is counted in another currency than the configuration says.
    case otherProviderCurrency(String, Currency, configured: Currency)
    /// An older ledger than the one that the programs saw last, or a backup.
    case restored(String, last: String?)
    /// Another file was put in the place of the ledger, or it was moved away, while a run worked
    /// with it.
    case replaced(String)
    /// The note of the generation that the programs saw last cannot be read.
    case unreadableGeneration(String)
    /// The file cannot be opened or locked.
    case unreachable(String, errno: Int32)
    /// A commit was made, but the new generation cannot be noted in the spool. Nothing acted on the
    /// commit.
    case unnoted(String, errno: Int32)
}

extension LedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newer(let version, let known):
            """
            the ledger has schema \(version), this program knows \(known); \
            nothing was touched; run the version of the programs that wrote it, or a later one
            """
        case .older(let version, let known):
            """
            the ledger has schema \(version), this program reads \(known); nothing was touched; \
            run ingest, which brings it up to date
            """
        case .missing(let path):
            """
            there is no ledger at \(path); nothing was made; correct `ledger` in the \
            configuration, or run ingest, which makes a new one
            """
        case .lost(let path, let last):
            """
            there is no ledger at \(path), and this spool has worked with one; nothing was \
            made; \(Self.whereItWas(path, last)); if it is lost, put the latest backup at \
            \(path), and run admin recover --restored
            """
        case .notADatabase(let path):
            """
            \(path) is no database; nothing was touched; correct `ledger` in the configuration, \
            or put the ledger or its latest backup in its place
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
        case .restored(let path, let last):
            """
            \(path) is a backup, or older than the ledger that the programs worked with last; \
            nothing was touched, since what it calls unsent may have been sent; \
            \(Self.cure(path, last))
            """
        case .replaced(let path):
            """
            \(path) is no longer the ledger that this run opened: another file was put in its \
            place, or it was moved; what was committed before is in the one that was moved, and \
            the run ended there; put that one back, or resume with the other by \
            admin recover --restored
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
            \(path) cannot be written: \(SystemWords(errno).cause); what was committed is in the \
            ledger, and the run ended there; \(SystemWords(errno).cure) and run again
            """
        }
    }
}

extension LedgerError {
    /// What to do if there is no ledger. A mistyped path differs from a file that is gone.
    private static func whereItWas(_ path: String, _ last: String?) -> String {
        guard let last else {
            return "if `ledger` in the configuration is mistyped, correct it"
        }
        if last == path { return "it was there; put it back if it was moved" }
        return access(last, F_OK) == 0
            ? "this spool's last one is at \(last): correct `ledger` in the configuration"
            : "this spool's last one was at \(last): give the path to which it was moved"
    }

    /// What to do about an older ledger. A mistyped path differs from a copy restored on purpose.
    private static func cure(_ path: String, _ last: String?) -> String {
        if let last, last != path, access(last, F_OK) == 0 {
            return """
                that one is at \(last): correct `ledger` in the configuration; only if you put \
                \(path) there to resume from it, run admin recover --restored
                """
        }
        return """
            put the latest one in its place, or, if there is none any more, resume with this one \
            by admin recover --restored
            """
    }
}

extension LedgerError: StageFailure {
    package var exitStatus: ExitStatus {
        switch self {
        case .newer, .older, .missing, .lost, .notADatabase, .notALedger, .otherCurrency,
            .otherProviderCurrency, .restored, .replaced, .unreadableGeneration:
            .badConfiguration
        case .unreachable, .unnoted: .ioFailed
        }
    }
}
