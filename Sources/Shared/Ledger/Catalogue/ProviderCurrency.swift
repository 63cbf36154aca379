import Money
import Tables
import Timestamps

/// Where a provider named a currency.
package enum CurrencyWitness: Sendable {
    /// Beside its balance, which counts more.
    case balance
    /// Beside the charge of an order.
    case status
}

extension Ledger {
    /// Notes the currency that a provider names. While it differs from the configured one, none of
    /// the provider's services is sold and no order is sent to it, and the operator gets a report.
    ///
    /// - Returns: whether it differs from the configured one.
    /// - Throws: `StoreError`, `LedgerError`.
    @discardableResult
    package func note(
        _ named: Currency, by witness: CurrencyWitness, of provider: ProviderID, at now: Timestamp
    ) throws -> Bool {
        let (configured, ofBalance, ofStatus): (Currency, Currency?, Currency?) = try read { db in
            try db.one(
                """
                SELECT currency, balance_currency, status_currency FROM providers
                WHERE id = \(provider)
                """
            ) { (try $0[0], try $0[1], try $0[2]) }
        }
        let before = ofBalance ?? ofStatus
        // The currency of the balance counts, whichever one is named beside charges.
        let after = witness == .balance ? named : ofBalance ?? named
        let isOther = after != configured
        guard named != (witness == .balance ? ofBalance : ofStatus) else { return isOther }
        try commit { db in
            switch witness {
            case .balance:
                try db.run(
                    "UPDATE providers SET balance_currency = \(named) WHERE id = \(provider)")
            case .status:
                try db.run(
                    "UPDATE providers SET status_currency = \(named) WHERE id = \(provider)")
            }
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
            """
            since \(day) the provider counts in \(named), but is configured in \(configured), so \
            nobody knows what its services cost; none of them is sold, and no order is sent to it, \
            until it names \(configured) again or providers.yaml says \(named); once orders are \
            booked in \(configured), give it a new name there; if \(named) was a slip of the \
            provider's, admin provider resume sells it again
            """)
    }
}
