import Ledger
import Run
import SQLiteTables
import Settings
import Spool

/// The house, opened for one run: its spool, its ledger, and the settings that name them.
///
/// All programs open it here. The spool keeps how far the ledger had come when a program last saw
/// it; a ledger that is behind is an older copy, and working with it would send orders twice.
/// `open` and `openExisting` refuse such a ledger. `openUnchecked` does not, and says who may use
/// it.
package struct Stage: Sendable {
    package let context: RunContext
    package let spool: Spool
    package let ledger: Ledger

    package var settings: Settings { context.settings }

    /// Opens the house for work, and makes what a first run needs: the spool's directories and an
    /// empty ledger.
    ///
    /// - Parameters:
    ///   - context: what the run was given.
    ///   - leastFree: the room that the spool's disk must have, in bytes; with less, the ledger is
    ///     not touched.
    /// - Returns: the open house.
    /// - Throws: `NoRoom`, `SystemError`, `StoreError`; `LedgerError.restored` or
    ///   `LedgerError.lost` if this is not the ledger that the programs saw last.
    package static func open(_ context: RunContext, leastFree: Int = 0) throws -> Stage {
        let spool = try Spool.open(at: context.settings.spool, program: context.program)
        if leastFree > 0 { try NoRoom.check(spool, leastFree: leastFree) }
        let ledger = try Ledger.open(
            in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
            lastSeenIn: spool.generationFile)
        return Stage(context: context, spool: spool, ledger: ledger)
    }

    /// Opens the house like `open`, but never makes a ledger.
    ///
    /// - Parameter context: what the run was given.
    /// - Returns: the open house.
    /// - Throws: `LedgerError.missing` if there is none; what `open` throws.
    package static func openExisting(_ context: RunContext) throws -> Stage {
        let spool = try Spool.open(at: context.settings.spool, program: context.program)
        let ledger = try Ledger.openExisting(
            in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
            lastSeenIn: spool.generationFile)
        return Stage(context: context, spool: spool, ledger: ledger)
    }

    /// Opens the house even if its ledger is an older copy.
    ///
    /// Only for those who must see such a ledger: `admin status`, which reports it, and
    /// `admin recover`, which prepares it to be resumed. Nothing may be sent or taken in on the
    /// strength of it.
    ///
    /// - Parameter context: what the run was given.
    /// - Returns: the open house.
    /// - Throws: what `openLedgerUnchecked` throws; `SystemError`.
    package static func openUnchecked(_ context: RunContext) throws -> Stage {
        // The ledger first: if there is none, no spool is made either.
        let ledger = try openLedgerUnchecked(context)
        let spool = try Spool.open(at: context.settings.spool, program: context.program)
        return Stage(context: context, spool: spool, ledger: ledger)
    }

    /// Opens the ledger alone, even if it is an older copy.
    ///
    /// Only for those who read and print: `report audit` and the lists of `admin`. They answer from
    /// the ledger that is there, and an operator who compares copies needs just that.
    ///
    /// - Parameter context: what the run was given.
    /// - Returns: the ledger.
    /// - Throws: `LedgerError.missing` or `LedgerError.lost` if there is no ledger;
    ///   `StoreError`.
    package static func openLedgerUnchecked(_ context: RunContext) throws -> Ledger {
        try Ledger.openExistingUnchecked(
            in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
            notedIn: Spool.generationFile(inSpool: context.settings.spool))
    }

    /// Opens the house for a program that serves: nothing can be written to its ledger, and what
    /// the program changes it drops as files. Makes no ledger.
    ///
    /// - Parameter context: what the run was given.
    /// - Returns: the open house.
    /// - Throws: `LedgerError.older` if the ledger waits for its migration; what `openExisting`
    ///   throws.
    package static func openToRead(_ context: RunContext) throws -> Stage {
        let ledger = try openLedgerToRead(context)
        let spool = try Spool.open(at: context.settings.spool, program: context.program)
        return Stage(context: context, spool: spool, ledger: ledger)
    }

    /// Opens one more connection for reading: each serves one reader at a time.
    ///
    /// - Parameter context: what the run was given.
    /// - Returns: the ledger.
    /// - Throws: what `openToRead` throws.
    package static func openLedgerToRead(_ context: RunContext) throws -> Ledger {
        try Ledger.openToRead(
            in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
            lastSeenIn: Spool.generationFile(inSpool: context.settings.spool))
    }

    /// Returns if the house is still as `open` would have it: a run that goes on for long asks from
    /// time to time.
    ///
    /// - Parameter leastFree: the room that the spool's disk must have, in bytes.
    /// - Throws: `NoRoom`, `SystemError`, `StoreError`; `LedgerError.replaced` if another file is
    ///   in the place of the ledger, `LedgerError.restored` if its content is older.
    package func check(leastFree: Int = 0) throws {
        try ledger.checkIsInPlace()
        guard try !ledger.isBehind(spool.generationFile) else {
            throw LedgerError.restored(settings.ledger, last: settings.ledger)
        }
        if leastFree > 0 { try NoRoom.check(spool, leastFree: leastFree) }
    }
}
