import Ledger
import Logging
import Money
import Providers
import Run
import Settings
import Timestamps

// The currency that a provider names. If it differs from the configured one, all prices of the
// provider are unknown.
extension AskProviders {
    /// Keeps the currency that a provider names beside charges, if that is news. If the answers
    /// disagree, a currency other than the configured one counts.
    mutating func noteCurrency(
        in answers: [String: Answer<StatusReport>], from index: Int, at now: Timestamp
    ) throws {
        let configured = lanes[index].settings.currency
        var named: Currency?
        for case .report(let report) in answers.values {
            guard report.charge != nil, let currency = report.currency else { continue }
            named = currency
            if currency != configured { break }
        }
        guard let named, named != lanes[index].statusCurrency else { return }
        lanes[index].statusCurrency = named
        if try ledger.note(named, by: .status, of: lanes[index].provider.id, at: now) {
            reportOther(named, of: lanes[index].settings)
        }
    }

    /// Reports that a provider counts in another currency than configured.
    func reportOther(_ currency: Currency, of provider: ProviderSettings) {
        context.logger.error(
            "a provider counts in another currency than configured; nothing of it is sold",
            metadata: [
                "provider": "\(provider.name)", "configured": "\(provider.currency)",
                "named": "\(currency)",
            ])
    }
}
