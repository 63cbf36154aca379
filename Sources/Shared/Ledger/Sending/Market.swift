import Money
import Tables
import Trade

/// Where an order is bought next.
enum Choice {
    /// At this place, now. `reason`: what kept it from the places before.
    case now(Place, reason: String)
    /// Nobody can serve it now. It waits at this place until the provider is well or, if `least` is
    /// named, until the order's charge covers that.
    case later(Place, least: Amount?, reason: String)
    /// Every provider that could serve it has refused it for good.
    case never
}

/// Where orders are bought, as one commit sees it.
///
/// An order is bought at the first place in rank that can serve it now, its own service first. It
/// leaves a provider that refused it for good, one that is paused, and one that asks more than it
/// brings. It never leaves a provider that may have it, or that just said "not now".
///
/// The order's sale says what was sold, however its service has changed since. The rate that the
/// provider asks today only decides whether the order is sent.
struct Market {
    let places: Places
    private let db: any Connection
    private let minProfit: Percent

    init(_ db: any Connection, minProfit: Percent) {
        self.db = db
        self.minProfit = minProfit
        places = Places(db)
    }

    /// Where an order is bought next.
    ///
    /// - Parameters:
    ///   - order: the order.
    ///   - asking: the provider that would send it now, perhaps only to see whether it is well.
    ///   - wasRefused: whether a provider has just refused it for good.
    /// - Returns: the place, and whether to send the order now.
    /// - Throws: `StoreError`.
    func choice(
        for order: WaitingOrder, asking: ProviderID?, wasRefused: Bool = false
    ) throws -> Choice {
        let own = try places.place(order.service).on(places.terms(order.sale))
        if !own.hasBackups, order.bought == own.id, !wasRefused, !own.hasOtherCurrency {
            guard let least = lacking(order, at: own) else { return .now(own, reason: "") }
            return .later(own, least: least, reason: Obstacle.cost(least).words)
        }
        let refusers = try places.refusers(of: order.id)
        var waiting: (Place, Obstacle)?
        var reason = ""
        for var place in try places.all(of: own) {
            if place.id == order.bought, let purchase = order.purchase {
                place = place.on(try places.terms(purchase))
            }
            let obstacle = try obstacle(to: order, at: place, like: own, refusers, asking)
            guard let obstacle else { return .now(place, reason: reason) }
            if reason.isEmpty { reason = obstacle.words }
            if waiting == nil, obstacle.mayPass { waiting = (place, obstacle) }
        }
        guard let (place, obstacle) = waiting else {
            // The provider refused this service for other orders, and there is no other place: send
            // the order, so that the refusal is the provider's own.
            return own.isRefused && !refusers.contains(own.provider) && !own.hasOtherCurrency
                && lacking(order, at: own) == nil
                ? .now(own, reason: reason) : .never
        }
        return .later(place, least: obstacle.least, reason: reason)
    }

    /// The amount that an order must bring at a place; nil if it brings that: the margin guard
    /// (design.md §5).
    private func lacking(_ order: WaitingOrder, at place: Place) -> Amount? {
        let least: Amount
        do {
            let costs = [place.cost, place.offeredCost].compactMap { $0 }
            least = try costs.reduce(.zero) { least, cost in
                try max(
                    least,
                    cost.least(
                        for: order.billedUnits, place.terms.billing, minProfit: minProfit))
            }
        } catch {
            // A cost too large to count is more than any order brings.
            least = Amount(micros: .max)
        }
        return order.charge < least ? least : nil
    }
}

extension Market {
    /// What keeps an order from a place.
    private enum Obstacle {
        case refused, withheld, unfit, paused, currency
        case cost(Amount)

        /// Whether an order may wait until it passes.
        var mayPass: Bool {
            switch self {
            case .refused, .withheld, .unfit: false
            case .paused, .currency, .cost: true
            }
        }

        var least: Amount? { if case .cost(let least) = self { least } else { nil } }

        var words: String {
            switch self {
            case .refused: "the provider refused it for good"
            case .withheld: "the provider refused other orders for its service"
            case .unfit: "its service does not fit it, or cannot be bought"
            case .paused: "the provider is paused or switched off"
            case .currency: "the provider names another currency than is configured"
            case .cost(let least): "it would have to bring \(least) there"
            }
        }
    }

    private func obstacle(
        to order: WaitingOrder, at place: Place, like own: Place, _ refusers: Set<ProviderID>,
        _ asking: ProviderID?
    ) throws -> Obstacle? {
        if refusers.contains(place.provider) { return .refused }
        if place.id != own.id, place.providerState == "disabled" { return .unfit }
        if place.id == own.id || place.id == order.bought {
            if place.isRefused { return .withheld }
        } else if try !place.isUsable || !fits(order, place, own) {
            return .unfit
        }
        if place.hasOtherCurrency { return .currency }
        if let least = lacking(order, at: place) { return .cost(least) }
        return place.provider == asking || place.providerState == "active" ? nil : .paused
    }

    /// Whether a place takes an order for another service.
    private func fits(_ order: WaitingOrder, _ place: Place, _ own: Place) throws -> Bool {
        guard let type = place.terms.type, type == own.terms.type else { return false }
        if try !place.terms.drips && drips(order.id) { return false }
        let amount: Int64? =
            switch type.billing {
            case .quantity: order.quantity
            case .lines: order.billedUnits
            case .package, .maximumTimesPosts: nil
            }
        let bounds = place.terms.bounds
        return amount.map { bounds.least <= $0 && $0 <= bounds.most } ?? true
    }

    /// Whether an order is delivered in several runs.
    private func drips(_ order: OrderID) throws -> Bool {
        try db.one(
            "SELECT json_extract(parameters, '$.runs') IS NOT NULL FROM orders WHERE id = \(order)")
    }
}
