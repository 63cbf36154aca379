import Money
import Tables

extension Ledger {
    /// Opens the ledger at `place` without asking whether it is the latest one. Makes it if there
    /// is none, and migrates it if need be.
    ///
    /// An older copy that was put in its place goes unnoticed here, and working with one sends
    /// orders twice. So this is only for those who look (`admin status`, `report audit`), for
    /// `admin recover`, whose work begins with an older ledger, and for tests. Stages use
    /// `open(in:currency:lastSeenIn:)`.
    ///
    /// A file that is no ledger of this house is recognized before anything is written: no byte of
    /// it changes, and no file appears.
    ///
    /// - Throws: `LedgerError`, `StoreError`.
    package static func openUnchecked(
        in place: any StorePlace, currency: Currency
    ) throws -> Ledger {
        let charter = Charter(
            check: { try checkCurrency($0, configured: currency) },
            upgrade: { db, version in
                if version < 4 { try IdentityMigration(db).run() }
            },
            furnish: { try Wallets.openHouse($0, currency: currency) })
        return try wordingOpening(of: place.path) {
            Ledger(over: try place.open(charter), currency: currency)
        }
    }

    /// Opens the ledger at `place` without asking whether it is the latest one, and never makes
    /// one.
    ///
    /// Throws `LedgerError.missing` or `LedgerError.lost` if there is none; what `openUnchecked`
    /// throws.
    ///
    /// `seenFile`: where the programs note what they saw last, for the message if the ledger is
    /// missing.
    package static func openExistingUnchecked(
        in place: any StorePlace, currency: Currency, notedIn seenFile: String? = nil
    ) throws -> Ledger {
        try checkExistence(place, lastSeenIn: seenFile)
        return try openUnchecked(in: place, currency: currency)
    }

    static func checkExistence(_ place: any StorePlace, lastSeenIn seenFile: String?) throws {
        guard try !isThere(place) else { return }
        guard let seen = seenFile.map(SeenGeneration.init(path:)), try seen.read() != nil else {
            throw LedgerError.missing(place.path)
        }
        throw LedgerError.lost(place.path, last: seen.ledger.path)
    }

    static func isThere(_ place: any StorePlace) throws -> Bool {
        try wordingOpening(of: place.path) { try place.isThere() }
    }

    static func checkCurrency(_ db: any Connection, configured: Currency) throws {
        let kept: Currency? = try db.value(
            "SELECT currency FROM wallets WHERE id = \(Wallets.first)")
        guard kept == configured else {
            throw LedgerError.otherCurrency(kept, configured: configured)
        }
    }

    /// Runs `body`, which opens or locks the store at `path`, and turns its errors into the
    /// ledger's.
    static func wordingOpening<T>(of path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as OpeningError {
            switch error {
            case .unreachable(let path, let errno):
                throw LedgerError.unreachable(path, errno: errno)
            case .notAStore: throw LedgerError.notADatabase(path)
            case .notOurs: throw LedgerError.notALedger(path)
            case .newer(let version, let known):
                throw LedgerError.newer(version: version, known: known)
            case .older(let version, let known):
                throw LedgerError.older(version: version, known: known)
            }
        }
    }
}
