import Money
import Tables
import Trade

/// A service of a provider, as a place where orders can be bought now.
struct Place {
    let id: ServiceID
    let provider: ProviderID
    let providerName: String
    let providerState: String
    /// Whether its provider names another currency than is configured: then no cost is known.
    let hasOtherCurrency: Bool
    /// The terms on which an order is sent there: today's, or those of its sale or purchase.
    private(set) var terms: SaleTerms
    /// Its cost today.
    let cost: SupplyCost
    /// Its cost at the provider's new rate, if that rate has jumped.
    let offeredCost: SupplyCost?
    /// Whether orders can be bought there at all; a rule may still keep it from being sold itself.
    let isUsable: Bool
    /// Whether its provider refused orders for it as unknown.
    let isRefused: Bool
    let hasBackups: Bool

    var providerService: String { terms.providerService }

    /// This place for an order that was sold or bought on other terms than today's.
    func on(_ terms: SaleTerms) -> Place {
        var place = self
        place.terms = terms
        return place
    }

    private static let lookup = """
        SELECT s.id, s.provider_id, p.name, p.state, s.provider_service, s.type, s.min, s.max,
            s.dripfeed, s.fault IS NULL AND s.withheld IS NULL, s.withheld,
            EXISTS (SELECT 1 FROM service_backups b WHERE b.service_id = s.id),
            \(Provider.hasOtherCurrency), s.offered_rate, s.offered_cost_rate,
            \(SupplyCost.columns("s", "p"))
        FROM services s JOIN providers p ON p.id = s.provider_id WHERE s.id =
        """

    /// Reads the place that a service is.
    ///
    /// - Throws: `StoreError`, also if there is no such service.
    fileprivate static func fetch(_ db: any Connection, _ id: ServiceID) throws -> Place {
        try db.one("\(raw: lookup) \(id)", Place.init)
    }

    private init(_ row: Row) throws {
        id = try row[0]
        provider = try row[1]
        providerName = try row[2]
        providerState = try row[3]
        isUsable = try row[9]
        let withheld: KnownService.Withheld? = try row[10]
        isRefused = withheld == .refused
        hasBackups = try row[11]
        hasOtherCurrency = try row[12]
        cost = try SupplyCost(row, from: 15)
        offeredCost = cost.offered(try row[13], try row[14])
        terms = SaleTerms(
            providerService: try row[4], type: OrderType.named(try row[5]), cost: cost,
            bounds: (try row[6], try row[7]), drips: try row[8])
    }
}

/// Services and their backups as one commit sees them, each looked up once.
final class Places {
    private let db: any Connection
    private var places: [ServiceID: Place] = [:]
    private var backups: [ServiceID: [ServiceID]] = [:]
    private var sales: [SaleID: SaleTerms] = [:]

    init(_ db: any Connection) {
        self.db = db
    }

    func place(_ id: ServiceID) throws -> Place {
        if let known = places[id] { return known }
        let place = try Place.fetch(db, id)
        places[id] = place
        return place
    }

    func terms(_ sale: SaleID) throws -> SaleTerms {
        if let known = sales[sale] { return known }
        let terms = try Sales(db).terms(sale)
        sales[sale] = terms
        return terms
    }

    /// Forgets a service that changed, so that it is read again.
    func forget(_ id: ServiceID) {
        places[id] = nil
    }

    /// The places where orders for a service can be bought, in the order to try: the service itself
    /// first, then its backups by rank.
    func all(of own: Place) throws -> [Place] {
        guard own.hasBackups else { return [own] }
        let known =
            try backups[own.id]
            ?? db.values(
                """
                SELECT s.id FROM service_backups b
                    JOIN providers p ON p.name = b.provider
                    JOIN services s
                        ON s.provider_id = p.id AND s.provider_service = b.provider_service
                WHERE b.service_id = \(own.id) ORDER BY b.rank
                """)
        backups[own.id] = known
        return [own] + (try known.map { try place($0) })
    }

    /// The providers that refused an order for good.
    func refusers(of order: OrderID) throws -> Set<ProviderID> {
        Set(
            try db.values(
                "SELECT provider_id FROM attempts WHERE order_id = \(order) AND is_final = 1"))
    }
}
