import Ledger
import Money
import Providers
import Settings

/// What a provider's services are called and cost here: the rules of `catalogue.yaml`, first match
/// first; then what is said of a single service (contract.md §2).
struct CatalogueRules {
    private let rules: [CatalogueSettings.Rule]
    private let overrides: [String: CatalogueSettings.ServiceOverride]
    private let pricing: Pricing
    private let exchangeRate: ExchangeRate
    /// Whether everything is sold that nothing is said of.
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

    /// What is said of a service. One that no rule matches is known and not sold, unless it is
    /// enabled by itself.
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
