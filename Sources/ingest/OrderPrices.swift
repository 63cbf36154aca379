import BatchFiles
import Ledger
import Money
import Settings
import Trade

/// Prices the orders of one user (`PriceRule`), and refuses those that cannot be sold at that
/// price.
struct OrderPrices {
    private let pricing: Pricing
    /// The rates asked for last: most files order few services, one after the other.
    private var last: (service: ServiceID, rate: Rate, least: Rate)?

    init(_ pricing: Pricing) {
        self.pricing = pricing
    }

    /// The charge of an order.
    ///
    /// - Parameter order: the order.
    /// - Returns: what the reseller pays.
    /// - Throws: `Rejection`: `BELOW_COST`, `RATE_CHANGED`, `QUANTITY_TOO_LARGE`.
    mutating func charge(of order: OrderLine) throws(Rejection) -> Amount {
        do {
            return try charge(of: order, order.service)
        } catch let rejection as Rejection {
            throw rejection
        } catch {
            throw Rejection(.quantityTooLarge, "the charge is more than can be counted")
        }
    }

    private mutating func charge(of order: OrderLine, _ service: Service) throws -> Amount {
        let (rate, least) = try rates(of: service, order.terms)
        guard rate >= least else {
            throw Rejection(.belowCost, "service \(service.id) cannot be sold at \(rate) now")
        }
        if let most = order.maxRate, rate > most {
            throw Rejection(.rateChanged, "the rate is \(rate) now, more than \(most)")
        }
        let charge = try order.type.billing.price(of: order.billedUnits, at: rate)
        if service.isRoundedUp { try check(charge, of: order) }
        return charge
    }

    /// Refuses an order that is too small for a provider with a minimum charge, or for one that
    /// rounds up. We charge every order by the price list, so we would sell such an order below
    /// cost.
    private func check(_ charge: Amount, of order: OrderLine) throws {
        let least = try order.service.leastCharge(
            for: order.billedUnits, order.type.billing, minProfit: pricing.minProfitPercent)
        guard charge >= least else {
            throw Rejection(
                .belowCost,
                "service \(order.service.id) cannot be sold in so small an order: it comes to "
                    + "\(charge), and it must be at least \(least); order more at once")
        }
    }

    /// The user's rate, and the least at which the service is sold.
    private mutating func rates(
        of service: Service, _ terms: ServiceTerms
    ) throws(MoneyError) -> (Rate, least: Rate) {
        if let last, last.service == service.id { return (last.rate, last.least) }
        let rate = try PriceRule.price(
            of: service.saleRate, discount: terms.discount, own: terms.ownPrice)
        let least = try service.leastRate(minProfit: pricing.minProfitPercent)
        last = (service.id, rate, least)
        return (rate, least)
    }
}
