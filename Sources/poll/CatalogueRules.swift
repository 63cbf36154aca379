import Ledger
import Money
import Providers
import Settings

/// Names and prices a provider's services: first by the first rule of `catalogue.yaml` that
/// matches, then by the entry of the single service there (contract.md §2).
struct CatalogueRules {
    private let rules: [CatalogueSettings.Rule]
    private let overrides: [String: CatalogueSettings.ServiceOverride]
    private let pricing: Pricing
    private let exchangeRate: ExchangeRate
    /// Whether to sell services that no rule and no entry mentions.
    private let sellsAll: Bool

    init(_ settings: Settings, _ provider: ProviderSettings) {
        rules = settings.catalogue.rules.filter { ($0.provider ?? provider.name) == provider.name }
        overrides = Dictionary(
            uniqueKeysWithValues: settings.catalogue.services
                .filter { $0.provider == provider.name }.map { ($0.service, $0) })
        pricing = settings.pricing
        exchangeRate = provider.exchangeRate
        sellsAll = settings.catalogue.rules.isEmpty
    }

    /// Applies the rules to a service. A service that no rule matches is known but not sold, unless
    /// its own entry enables it.
    func terms(of entry: CatalogueEntry) -> ServiceTerms {
        let rule = rules.first {
            $0.category.matches(entry.category) && $0.name.matches(entry.name)
        }
        let override = overrides[entry.service]
        return ServiceTerms(
            entry: entry, name: override?.name ?? entry.name,
            category: rule?.renameCategory ?? entry.category,
            minimum: override?.min.map(Int64.init) ?? entry.min,
            maximum: override?.max.map(Int64.init) ?? entry.max,
            profit: rule?.profitPercent ?? pricing.profitPercent,
            profitFixed: rule?.profitFixed ?? pricing.profitFixed, price: override?.price,
            exchangeRate: exchangeRate, isWanted: override?.isEnabled ?? (sellsAll || rule != nil))
    }
}
