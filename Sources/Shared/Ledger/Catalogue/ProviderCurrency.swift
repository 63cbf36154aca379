import GRDB
import Money
import Tables
import Timestamps

/// Where a provider named a currency.
package enum CurrencyWitness: Sendable {
    /// Beside its balance: the better witness.
    case balance
    /// Beside the charge of an order.
    case status
}

extension Ledger {
    /// Keeps the currency that a provider names. While that is another than the configured one,
    /// none of its services is sold and no order is sent to it, which the operator is told.
    ///
    /// Returns whether it is another one.
    @discardableResult
    package func note(
        _ named: Currency, by witness: CurrencyWitness, of provider: ProviderID, at now: Timestamp
    ) throws -> Bool {
        let row = try read { db in
            try GRDB.Row.fetchOne(
                db.grdb,
                sql: """
                    SELECT currency, balance_currency, status_currency FROM providers WHERE id = ?
                    """, arguments: [provider])!
        }
        let configured: Currency = row[0]
        let ofBalance: Currency? = row[1]
        let ofStatus: Currency? = row[2]
        let before = ofBalance ?? ofStatus
        // What is said of a balance counts, whatever is said of charges.
        let after = witness == .balance ? named : ofBalance ?? named
        let isOther = after != configured
        guard named != (witness == .balance ? ofBalance : ofStatus) else { return isOther }
        try commit { db in
            try db.grdb.execute(
                sql: """
                    UPDATE providers SET \(witness == .balance ? "balance" : "status")_currency = ?
                    WHERE id = ?
                    """, arguments: [named, provider])
            guard isOther, before != after else { return }
            try Self.raise(
                .otherCurrency(after, configured: configured, on: now.day), order: nil,
                provider: provider, db, at: now)
        }
        return isOther
    }
}

extension LedgerException {
    fileprivate static func otherCurrency(
        _ named: Currency, configured: Currency, on day: String
    ) -> LedgerException {
        LedgerException(
            .providerCurrency,
            "since \(day) the provider counts in \(named), and is configured in \(configured), so nobody "
                + "knows what its services cost; none of them is sold, and no order is sent to it, until "
                + "it names \(configured) again or providers.yaml says \(named); once orders are booked in "
                + "\(configured), give it a new name there; if \(named) was a slip of the provider's, "
                + "admin provider resume sells it again")
    }
}
