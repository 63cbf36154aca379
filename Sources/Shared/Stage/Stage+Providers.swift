import Ledger
import Logging
import Run
import Settings
import Timestamps

extension Stage {
    /// The ledger's providers by name, after it has learned what the configuration says of them.
    ///
    /// A service is sold only while a provider can serve it, so every run that sells, sends or
    /// lists asks.
    ///
    /// - Throws: `LedgerError.otherProviderCurrency`, `StoreError`.
    @discardableResult
    package func providers() throws -> [String: Provider] {
        try ledger.providers(configured: settings.configuredProviders)
    }

    /// How far ahead due dates can lie with these settings.
    package var reach: Reach {
        Reach(
            lookBackSeconds: settings.poll.lookBackSeconds,
            syncEverySeconds: settings.catalogue.syncEverySeconds)
    }

    /// Notes what time it is, makes due what a wrong clock put out of reach, and logs both.
    ///
    /// - Parameters:
    ///   - reach: how far ahead due dates can lie; nil for a program that has none.
    ///   - now: what the clock says.
    /// - Throws: `StoreError`.
    package func mendClock(_ reach: Reach?, at now: Timestamp) throws {
        for news in try ledger.mendClock(reach, at: now) {
            context.logger.warning(
                "\(news.message)", metadata: news.figures.mapValues { "\($0)" })
        }
    }
}

extension Settings {
    /// The providers of the configuration, as the ledger knows them.
    package var configuredProviders: [ConfiguredProvider] {
        providers.map { provider in
            ConfiguredProvider(
                name: provider.name, currency: provider.currency, isEnabled: provider.isEnabled,
                rule: provider.chargeRule, exchangeRate: provider.exchangeRate)
        }
    }
}
