import Money

/// What of the providers' catalogues is sold, under which name and at which price.
package struct CatalogueSettings: Sendable {
    /// The time between two looks at a provider's catalogue, in seconds.
    package let syncEverySeconds: Int
    /// A rate that changed by more is quarantined for the operator.
    package let maxPriceChangePercent: Percent
    /// A list that lost more of its services is not believed.
    package let maxShrinkPercent: Percent
    /// The first that matches a service decides. No rules: everything, at the default profit.
    package let rules: [Rule]
    package let services: [ServiceOverride]

    /// Sells what it matches.
    package struct Rule: Sendable {
        /// Nil: every provider's services.
        package let provider: String?
        package let category: Glob
        package let name: Glob
        /// Nil: the default of `pricing`.
        package let profitPercent: Percent?
        /// In the house currency; nil: the default of `pricing`.
        package let profitFixed: Amount?
        /// Nil: the provider's own word.
        package let renameCategory: String?
    }

    /// What is different about a single service; nil leaves it as the rules and the provider say.
    package struct ServiceOverride: Sendable {
        package let provider: String
        /// The provider's id of it.
        package let service: String
        package let name: String?
        /// The sale rate, in the house currency.
        package let price: Rate?
        package let min: Int?
        package let max: Int?
        package let isEnabled: Bool?
        /// Where else it can be bought, in the order to try.
        package let backups: [Backup]
    }

    /// The same service of another provider.
    package struct Backup: Sendable {
        package let provider: String
        package let service: String
    }
}

extension CatalogueSettings {
    /// What holds where no catalogue is configured.
    static let everything = CatalogueSettings(
        Section([], at: .start, path: "catalogue", source: Source(path: "")), providers: [])

    /// `providers` are the names of those configured, if they are known.
    init(_ section: Section, providers: [String]?) {
        let known = providers.map(Form.provider(among:)) ?? .providerName
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
    fileprivate init(_ section: Section, provider known: Form<String>) {
        provider = section.optional("provider", known)
        category = section.optional("category", .glob, default: .any)
        name = section.optional("name", .glob, default: .any)
        profitPercent = section.optional("profit_percent", .percent)
        profitFixed = section.optional("profit_fixed", .amount)
        renameCategory = section.optional("rename_category", .text)
    }
}

extension CatalogueSettings.ServiceOverride {
    fileprivate init?(_ section: Section, provider known: Form<String>) {
        let quantity = Form.integer(1...2_147_483_647)
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
            section.cursor("backups")?.refuse("other services than this one, each once")
        }
    }
}

extension CatalogueSettings.Backup {
    fileprivate init?(_ section: Section, provider known: Form<String>) {
        let provider = section.required("provider", known)
        let service = section.required("service", .text)
        guard let provider, let service else { return nil }
        self.provider = provider
        self.service = service
    }
}
