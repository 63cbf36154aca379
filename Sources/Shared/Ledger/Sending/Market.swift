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

/// Where an order is bought next.
enum Choice {
    /// There, and now. `reason`: what kept it from the places before.
    case now(Listing, reason: String)
    /// Nobody may serve it now. It waits there, for him to be well or, where `least` is named, to cost
    /// so little that it brings that.
    case later(Listing, least: Amount?, reason: String)
    /// Whoever could serve it has refused it for good.
    case never
}

/// Where orders can be bought as one commit sees it: services and backups, each looked up once.
///
/// An order is bought as the first place in rank that may serve it now, its own service first. It leaves
/// a provider who refused it for good, one who is paused, and one who asks more than it brings; never one
/// who is in doubt of it, or who just said "not now".
final class Market {
    private let db: Database
    private let minProfit: Percent
    private var listings: [ServiceID: Listing] = [:]
    private var backups: [ServiceID: [ServiceID]] = [:]

    init(_ db: Database, minProfit: Percent) {
        self.db = db
        self.minProfit = minProfit
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

    /// Where an order is bought next.
    ///
    /// - Parameters:
    ///   - asking: who would send it now, be it to see whether he is well again.
    ///   - wasRefused: whether somebody has just refused it for good.
    func choice(
        for order: WaitingOrder, asking: ProviderID?, wasRefused: Bool = false
    ) throws -> Choice {
        let own = try listing(order.service)
        if !own.hasBackups, order.bought == own.id, !wasRefused {
            guard let least = lacking(order, at: own) else { return .now(own, reason: "") }
            return .later(own, least: least, reason: Obstacle.cost(least).words)
        }
        let refusers = try refusers(of: order.id)
        var waiting: (Listing, Obstacle)?
        var reason = ""
        for place in [own] + (try places(besides: own)) {
            let obstacle = try obstacle(to: order, at: place, like: own, refusers, asking)
            guard let obstacle else { return .now(place, reason: reason) }
            if reason.isEmpty { reason = obstacle.words }
            if waiting == nil, obstacle.mayPass { waiting = (place, obstacle) }
        }
        guard let (place, obstacle) = waiting else {
            // He refused others for its service, and it has nowhere else to go: he says so of it too.
            return own.isRefused && !refusers.contains(own.provider)
                && lacking(order, at: own) == nil
                ? .now(own, reason: reason) : .never
        }
        return .later(place, least: obstacle.least, reason: reason)
    }

    private func places(besides own: Listing) throws -> [Listing] {
        guard own.hasBackups else { return [] }
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
        return try known.map(listing)
    }

    /// Who refused an order for good.
    private func refusers(of order: OrderID) throws -> Set<ProviderID> {
        Set(
            try ProviderID.fetchAll(
                db.cachedStatement(
                    sql: "SELECT provider_id FROM attempts WHERE order_id = ? AND is_final = 1"),
                arguments: [order]))
    }

    /// What an order must bring at a place, if it brings less: the margin guard (design.md §5).
    private func lacking(_ order: WaitingOrder, at place: Listing) -> Amount? {
        let least: Amount
        do {
            let rate = try PriceRule.least(
                for: place.cost, offered: place.offeredCost, minProfit: minProfit)
            least = try (place.type?.billing ?? .quantity).price(of: order.billedUnits, at: rate)
        } catch {
            // More than can be counted is more than any order brings.
            least = Amount(micros: .max)
        }
        return order.charge < least ? least : nil
    }
}

extension Market {
    /// What keeps an order from a place.
    private enum Obstacle {
        case refused, withheld, unfit, paused
        case cost(Amount)

        /// Whether an order may wait for it to pass.
        var mayPass: Bool {
            switch self {
            case .refused, .withheld, .unfit: false
            case .paused, .cost: true
            }
        }

        var least: Amount? { if case .cost(let least) = self { least } else { nil } }

        var words: String {
            switch self {
            case .refused: "he refused it for good"
            case .withheld: "he refused others for its service"
            case .unfit: "his service does not fit it, or is not on sale"
            case .paused: "he is paused or switched off"
            case .cost(let least): "it would have to bring \(least) there"
            }
        }
    }

    private func obstacle(
        to order: WaitingOrder, at place: Listing, like own: Listing, _ refusers: Set<ProviderID>,
        _ asking: ProviderID?
    ) throws -> Obstacle? {
        if refusers.contains(place.provider) { return .refused }
        if place.id == own.id {
            if own.isRefused { return .withheld }
        } else if !place.isOnSale || place.providerState == "disabled" {
            return .unfit
        } else if try !fits(order, place, own) {
            return .unfit
        }
        if let least = lacking(order, at: place) { return .cost(least) }
        return place.provider == asking || place.providerState == "active" ? nil : .paused
    }

    /// Whether a service takes an order of another one.
    private func fits(
        _ order: WaitingOrder, _ place: Listing, _ own: Listing
    ) throws -> Bool {
        guard let type = place.type, type == own.type else { return false }
        if try !place.drips && drips(order.id) { return false }
        let amount: Int64? =
            switch type.billing {
            case .quantity: order.quantity
            case .lines: order.billedUnits
            case .package, .maximumTimesPosts: nil
            }
        return amount.map { place.bounds.least <= $0 && $0 <= place.bounds.most } ?? true
    }

    /// Whether an order is delivered in several runs.
    private func drips(_ order: OrderID) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT json_extract(parameters, '$.runs') IS NOT NULL FROM orders WHERE id = ?
                    """), arguments: [order])!
    }
}
