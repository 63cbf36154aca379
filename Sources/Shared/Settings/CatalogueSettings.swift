import Money

/// Which services of the providers' catalogues are sold, under which name and at which price.
package struct CatalogueSettings: Sendable {
    /// The time between two looks at a provider's catalogue, in seconds.
    package let syncEverySeconds: Int
    /// A rate that changed by more waits for the operator's approval.
    package let maxPriceChangePercent: Percent
    /// A list that lost a larger part of its services is not believed.
    package let maxShrinkPercent: Percent
    /// The first rule that matches a service decides. Without rules everything is sold, at the
    /// default profit.
    package let rules: [Rule]
    package let services: [ServiceOverride]

    /// Sells the services that it matches.
    package struct Rule: Sendable {
        /// Nil for the services of every provider.
        package let provider: String?
        package let category: Glob
        package let name: Glob
        /// Nil for the default of `pricing`.
        package let profitPercent: Percent?
        /// In the house currency; nil for the default of `pricing`.
        package let profitFixed: Amount?
        /// Nil for the provider's own word.
        package let renameCategory: String?
    }

    /// Exceptions for a single service. A nil leaves a value as the rules and the provider have it.
    package struct ServiceOverride: Sendable {
        package let provider: String
        /// The provider's id of the service.
        package let service: String
        package let name: String?
        /// The sale rate, in the house currency.
        package let price: Rate?
        package let min: Int?
        package let max: Int?
        package let isEnabled: Bool?
        /// Where else it can be bought, in the order of trying.
        package let backups: [Backup]
    }

    /// The same service of another provider.
    package struct Backup: Sendable {
        package let provider: String
        package let service: String
    }
}

extension CatalogueSettings {
    /// The settings without a configured catalogue.
    static let everything = CatalogueSettings(
        Section([], at: .start, path: "catalogue", source: Source(path: "")), providers: [])

    /// `providers` are the names of the configured providers, if they are known.
    init(_ section: Section, providers: [String]?) {
        let known = providers.map(ValueForm.provider(among:)) ?? .providerName
        syncEverySeconds = section.optional("sync_every", .integer(60...604_800), default: 3_600)
        maxPriceChangePercent = section.optional(
            "max_price_change_percent", .percent, defaultText: "20")
        maxShrinkPercent = section.optional("max_shrink_percent", .percent, defaultText: "30")
        rules = section.list("rules") { $0.section { Rule($0, provider: known) } }
        var seen: Set<[String]> = []
        services = section.list("services") { entry in
            entry.section { section in
                let service = ServiceOverride(section, provider: known)
                if let service, !seen.insert([service.provider, service.service]).inserted {
                    section.cursor("service")?.refuse("a service that is not overridden already")
                }
                return service
            }
        }
    }
}

extension CatalogueSettings.Rule {
    fileprivate init(_ section: Section, provider known: ValueForm<String>) {
        provider = section.optional("provider", known)
        category = section.optional("category", .glob, default: .any)
        name = section.optional("name", .glob, default: .any)
        profitPercent = section.optional("profit_percent", .percent)
        profitFixed = section.optional("profit_fixed", .amount)
        renameCategory = section.optional("rename_category", .text)
    }
}

extension CatalogueSettings.ServiceOverride {
    fileprivate init?(_ section: Section, provider known: ValueForm<String>) {
        let quantity = ValueForm.integer(1...2_147_483_647)
        let provider = section.required("provider", known)
        let service = section.required("service", .text)
        name = section.optional("name", .text)
        price = section.optional("price", .rate)
        min = section.optional("min", quantity)
        max = section.optional("max", quantity)
        isEnabled = section.optional("enabled", .truth)
        backups = section.list("backups") { entry in
            entry.section { CatalogueSettings.Backup($0, provider: known) }
        }
        if let min, let max, min > max {
            section.cursor("min")?.refuse("at most max, which is \(max)")
        }
        guard let provider, let service else { return nil }
        self.provider = provider
        self.service = service
        let places = backups.map { [$0.provider, $0.service] } + [[provider, service]]
        if Set(places).count < places.count {
            section.cursor("backups")?.refuse("services other than this one, each once")
        }
    }
}

extension CatalogueSettings.Backup {
    fileprivate init?(_ section: Section, provider known: ValueForm<String>) {
        let provider = section.required("provider", known)
        let service = section.required("service", .text)
        guard let provider, let service else { return nil }
        self.provider = provider
        self.service = service
    }
}
