import GRDB
import Money
import Tables
import Trade

/// A service as it can be bought now.
struct Place {
    let id: ServiceID
    let provider: ProviderID
    let providerName: String
    let providerState: String
    /// Whether its provider names another currency than is configured: then no cost is known.
    let hasOtherCurrency: Bool
    /// As an order for it is sent: its own, or those that an order was sold or bought on.
    private(set) var terms: SaleTerms
    /// What it costs today, and what its provider asks since a jump of its rate.
    let cost: SupplyCost
    let offeredCost: SupplyCost?
    /// Whether orders can be bought there at all; a rule may keep it from being sold itself.
    let isUsable: Bool
    let isRefused: Bool
    let hasBackups: Bool

    var providerService: String { terms.providerService }

    /// The same for an order that was sold or bought on other terms than today's.
    func on(_ terms: SaleTerms) -> Place {
        var place = self
        place.terms = terms
        return place
    }

    fileprivate static func fetch(_ db: any Connection, _ id: ServiceID) throws -> Place {
        try db.grdb.cachedStatement(
            sql: """
                SELECT s.id, s.provider_id, p.name, p.state, s.provider_service, s.type, s.min, s.max,
                    s.dripfeed, s.fault IS NULL AND s.withheld IS NULL, s.withheld,
                    EXISTS (SELECT 1 FROM service_backups b WHERE b.service_id = s.id),
                    \(Provider.hasOtherCurrency), s.offered_rate, s.offered_cost_rate,
                    \(SupplyCost.columns("s", "p"))
                FROM services s JOIN providers p ON p.id = s.provider_id WHERE s.id = ?
                """
        ).fetchRow([id]).map(Place.init(row:))!
    }

    private init(row: GRDB.Row) {
        id = row[0]
        provider = row[1]
        providerName = row[2]
        providerState = row[3]
        isUsable = row[9]
        let withheld: KnownService.Withheld? = row[10]
        isRefused = withheld == .refused
        hasBackups = row[11]
        hasOtherCurrency = row[12]
        cost = SupplyCost(row: row, from: 15)
        offeredCost = cost.offered(row[13], row[14])
        terms = SaleTerms(
            providerService: row[4], type: OrderType.named(row[5]), cost: cost,
            bounds: (row[6], row[7]), drips: row[8])
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

    /// Looks a service up anew, which has changed.
    func forget(_ id: ServiceID) {
        places[id] = nil
    }

    /// Where what is ordered as a service can be bought, in the order to try: as itself first.
    func all(of own: Place) throws -> [Place] {
        guard own.hasBackups else { return [own] }
        let known =
            try backups[own.id]
            ?? ServiceID.fetchAll(
                db.grdb.cachedStatement(
                    sql: """
                        SELECT s.id FROM service_backups b
                            JOIN providers p ON p.name = b.provider
                            JOIN services s
                                ON s.provider_id = p.id AND s.provider_service = b.provider_service
                        WHERE b.service_id = ? ORDER BY b.rank
                        """), arguments: [own.id])
        backups[own.id] = known
        return [own] + (try known.map { try place($0) })
    }

    /// Who refused an order for good.
    func refusers(of order: OrderID) throws -> Set<ProviderID> {
        Set(
            try ProviderID.fetchAll(
                db.grdb.cachedStatement(
                    sql: "SELECT provider_id FROM attempts WHERE order_id = ? AND is_final = 1"),
                arguments: [order]))
    }
}
