import Ledger
import Money
import OrderTypes
import Providers
import Settings

/// What a provider's services are called and cost here: the rules of `catalogue.yaml`, first match
/// first; then what is said of a single service (contract.md §2).
struct CatalogueRules {
    private let settings: Settings
    private let provider: ProviderSettings

    init(_ settings: Settings, _ provider: ProviderSettings) {
        self.settings = settings
        self.provider = provider
    }

    /// The service as it is sold. One that no rule matches, or of a type that cannot be sold, is kept
    /// and not on sale.
    func price(_ entry: CatalogueEntry) throws(MoneyError) -> PricedService {
        let rules = settings.catalogue.rules
        let rule = rules.first { rule in
            (rule.provider ?? provider.name) == provider.name
                && rule.category.matches(entry.category) && rule.name.matches(entry.name)
        }
        let override = settings.catalogue.services.first {
            $0.provider == provider.name && $0.service == entry.service
        }
        let percent = rule?.profitPercent ?? settings.pricing.profitPercent
        let fixed = rule?.profitFixed ?? settings.pricing.profitFixed
        // Checked with the configuration: every provider's currency has a rate.
        let exchangeRate = settings.exchangeRate(of: provider.currency)!
        let costRate = try entry.rate.converted(at: exchangeRate)
        let marked = try costRate.marked(up: percent, plus: fixed)
        let isSellable = OrderType.named(entry.type) != nil && (rules.isEmpty || rule != nil)
        return PricedService(
            providerService: entry.service,
            name: override?.name ?? entry.name,
            type: OrderType.named(entry.type)?.name ?? entry.type,
            category: rule?.renameCategory ?? entry.category,
            rate: entry.rate, costRate: costRate, profit: percent, profitFixed: fixed,
            saleRate: override?.price ?? marked,
            minimum: override?.min.map(Int64.init) ?? entry.min,
            maximum: override?.max.map(Int64.init) ?? entry.max,
            drips: entry.dripfeed, refills: entry.refill, cancels: entry.cancel,
            isEnabled: isSellable && (override?.isEnabled ?? true))
    }
}
