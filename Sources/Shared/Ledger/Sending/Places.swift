import GRDB
import Money
import OrderTypes

/// A service as it can be bought now.
struct Listing {
    let id: ServiceID
    let provider: ProviderID
    let providerName: String
    let providerState: String
    let providerService: String
    /// Nil for one that is not sold here.
    let type: OrderType?
    let cost: Rate
    let offeredCost: Rate?
    let bounds: (least: Int64, most: Int64)
    let drips: Bool
    let isOnSale: Bool
    let isRefused: Bool
    let hasBackups: Bool

    fileprivate static func fetch(_ db: Database, _ id: ServiceID) throws -> Listing {
        try db.cachedStatement(
            sql: """
                SELECT s.id, s.provider_id, p.name, p.state, s.provider_service, s.type, s.cost_rate,
                    s.offered_cost_rate, s.min, s.max, s.dripfeed, s.enabled, s.withheld,
                    EXISTS (SELECT 1 FROM service_backups b WHERE b.service_id = s.id)
                FROM services s JOIN providers p ON p.id = s.provider_id WHERE s.id = ?
                """
        ).fetchRow([id]).map(Listing.init(row:))!
    }

    private init(row: Row) {
        id = row[0]
        provider = row[1]
        providerName = row[2]
        providerState = row[3]
        providerService = row[4]
        type = OrderType.named(row[5])
        cost = row[6]
        offeredCost = row[7]
        bounds = (row[8], row[9])
        drips = row[10]
        let withheld: KnownService.Withheld? = row[12]
        isOnSale = row[11] && withheld == nil
        isRefused = withheld == .refused
        hasBackups = row[13]
    }
}

/// Services and their backups as one commit sees them, each looked up once.
final class Places {
    private let db: Database
    private var listings: [ServiceID: Listing] = [:]
    private var backups: [ServiceID: [ServiceID]] = [:]

    init(_ db: Database) {
        self.db = db
    }

    func listing(_ id: ServiceID) throws -> Listing {
        if let known = listings[id] { return known }
        let listing = try Listing.fetch(db, id)
        listings[id] = listing
        return listing
    }

    /// Looks a service up anew, which has changed.
    func forget(_ id: ServiceID) {
        listings[id] = nil
    }

    /// Where what is ordered as a service can be bought, in the order to try: as itself first.
    func all(of own: Listing) throws -> [Listing] {
        guard own.hasBackups else { return [own] }
        let known =
            try backups[own.id]
            ?? ServiceID.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT s.id FROM service_backups b
                            JOIN providers p ON p.name = b.provider
                            JOIN services s
                                ON s.provider_id = p.id AND s.provider_service = b.provider_service
                        WHERE b.service_id = ? ORDER BY b.rank
                        """), arguments: [own.id])
        backups[own.id] = known
        return [own] + (try known.map(listing))
    }

    /// Who refused an order for good.
    func refusers(of order: OrderID) throws -> Set<ProviderID> {
        Set(
            try ProviderID.fetchAll(
                db.cachedStatement(
                    sql: "SELECT provider_id FROM attempts WHERE order_id = ? AND is_final = 1"),
                arguments: [order]))
    }
}
