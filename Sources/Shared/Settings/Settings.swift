import BatchFiles
import Identity
import Money

/// The whole configuration, checked: `config/pipeline.yaml` and the files it names (contract.md
/// §2).
///
/// The `init` of a section reads and describes its settings. All settings have defaults, except the
/// `currency` and a provider's `name`, `url`, `api_key` and `currency`. Paths are absolute. Secrets
/// are read only when needed.
package struct Settings: Sendable {
    /// The house currency.
    package let currency: Currency
    package let spool: String
    /// The database file, on a local disk.
    package let ledger: String
    /// The database file of keys, passwords and sessions, by default beside the ledger.
    package let accounts: String
    package let reports: ReportSettings
    package let intake: IntakeSettings
    package let dispatch: DispatchSettings
    package let poll: PollSettings
    package let pricing: Pricing
    package let fees: Fees
    /// House currency units for one unit of each other currency.
    package let exchangeRates: [Currency: ExchangeRate]
    package let duplicateLinks: DuplicateLinks
    /// Which links lead to the same page.
    package let links: LinkRule
    package let providers: [ProviderSettings]
    package let catalogue: CatalogueSettings
    /// Nil if no mail is sent.
    package let mail: MailSettings?
    /// What links, cookies and OAuth use: `https://host[:port]`. Nil if it is not set.
    package let publicURL: String?
    /// The named desks, each with the arrays that it may bring.
    package let desks: [String: Set<LineKind>]
    package let upload: UploadSettings
    /// Opens sealed values.
    let masterKey: Secret?
    /// Stays the same while the files of the configuration do. If it differs, prices may differ
    /// too.
    package private(set) var edition = ""
}

extension Settings {
    /// Reads and checks the file at `path` and the files it names.
    package static func load(from path: String) throws(SettingsError) -> Settings {
        let source = Source(path: path)
        var settings: Settings?
        do {
            settings = try source.root(named: "")?.section { Settings($0) }
        } catch {
            source.note(
                """
                the configuration cannot be read: \(error.reason); give its path with --config or \
                in SMM_CONFIG.
                """, at: .start)
        }
        guard var settings, source.problems.isEmpty else {
            throw SettingsError(problems: source.problems)
        }
        settings.edition = source.edition
        return settings
    }

    private init?(_ section: Section) {
        let house = section.required("currency", .currency)
        spool = section.path("spool", default: "../spool")
        ledger = section.path("ledger", default: "../var/ledger.sqlite")
        accounts = section.path(
            "accounts", default: "\(FilePath.folder(of: ledger))/accounts.sqlite")
        reports = ReportSettings(section, "reports")
        let intake = section.section("intake", IntakeSettings.init)
        self.intake = intake
        dispatch = section.section("dispatch", DispatchSettings.init)
        poll = section.section("poll", PollSettings.init)
        pricing = section.section("pricing", Pricing.init)
        fees = section.section("fees", Fees.init)
        let rates = section.section("exchange_rates") { $0.exchangeRates(house: house) }
        let duplicates: DuplicateLinks = section.optional("duplicate_links", .word, default: .wait)
        duplicateLinks = duplicates
        links = section.section("links", LinkRule.init)
        masterKey = section.cursor("master_key").flatMap(Secret.init(masterKeyAt:))
        let providers = section.followed("providers", default: []) { list in
            list.providers(house: house, rates: rates)
        }
        let names = providers?.map(\.name)
        let catalogue = section.followed("catalogue", default: .everything) { catalogue in
            catalogue.section { CatalogueSettings($0, providers: names) }
        }
        mail = section.cursor("mail")?.section(MailSettings.init)
        publicURL = section.optional("public_url", .publicURL)
        desks = section.section("desks") { $0.desks() }
        upload = section.section("upload") {
            UploadSettings($0, intake: intake, strictness: duplicates)
        }
        exchangeRates = rates
        guard let house, let providers, let catalogue else { return nil }
        currency = house
        self.providers = providers
        self.catalogue = catalogue
    }

    /// House currency units for one unit of `currency`; nil if no rate is configured.
    package func exchangeRate(of currency: Currency) -> ExchangeRate? {
        currency == self.currency ? .one : exchangeRates[currency]
    }
}

extension Section {
    fileprivate func exchangeRates(house: Currency?) -> [Currency: ExchangeRate] {
        var rates: [Currency: ExchangeRate] = [:]
        for pair in pairs {
            let rate = optional(pair.name, .exchangeRate)
            let name = Cursor(
                node: Node(mark: pair.mark, content: .scalar(pair.name, isPlain: true)),
                path: "a name in exchange_rates", source: source)
            guard let currency = name.read(.currency) else { continue }
            if currency == house {
                name.refuse("a currency other than the house's, which needs no rate")
            }
            rates[currency] = rate
        }
        return rates
    }
}
