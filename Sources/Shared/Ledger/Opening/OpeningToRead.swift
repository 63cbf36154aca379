import Money
import Tables

extension Ledger {
    /// Opens the ledger at `place` for reading, if it is the one that the programs saw last.
    /// Nothing can be written through it.
    ///
    /// - Throws: `LedgerError.missing` or `LedgerError.lost` if there is none;
    ///   `LedgerError.restored` if it is an older one, or a backup; `LedgerError.older` if its
    ///   schema is; `StoreError`.
    package static func openToRead(
        in place: any StorePlace, currency: Currency, lastSeenIn seenFile: String
    ) throws -> Ledger {
        try checkExistence(place, lastSeenIn: seenFile)
        let charter = Charter(
            check: { try checkCurrency($0, configured: currency) },
            upgrade: { _, _ in }, furnish: { _ in })
        let ledger = try wordingOpening(of: place.path) {
            Ledger(over: try place.openToRead(charter), currency: currency)
        }
        guard try !ledger.isBehind(seenFile) else {
            throw LedgerError.restored(
                place.path, last: SeenGeneration(path: seenFile).ledger.path)
        }
        return ledger
    }
}
