import BatchFiles
import Ledger
import Money
import Settings
import Trade

/// Prices the orders of one user (`PriceRule`), and refuses those that cannot be sold at that
/// price.
struct OrderPrices {
    private let pricing: Pricing
    private let terms: TermsOfSale
    private var rates: [ServiceID: Rate] = [:]

    init(_ pricing: Pricing, _ terms: TermsOfSale) {
        self.pricing = pricing
        self.terms = terms
    }

    /// The charge of an order.
    ///
    /// - Parameter order: the order.
    /// - Returns: what the reseller pays.
    /// - Throws: `Rejection`: `BELOW_COST`, `RATE_CHANGED`; what the lookup of a price throws.
    mutating func charge(of order: OrderLine) throws -> Amount {
        let service = order.service
        do {
            let rate = try rate(of: service)
            guard try rate >= service.leastRate(minProfit: pricing.minProfitPercent) else {
                throw Rejection(
                    .belowCost, "service \(service.id) cannot be sold at \(rate) now")
            }
            if let most = order.maxRate, rate > most {
                throw Rejection(.rateChanged, "the rate is \(rate) now, more than \(most)")
            }
            let charge = try order.type.billing.price(of: order.billedUnits, at: rate)
            if service.isRoundedUp { try check(charge, of: order) }
            return charge
        } catch is MoneyError {
            throw Rejection(.quantityTooLarge, "the charge is more than can be counted")
        }
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

    private mutating func rate(of service: Service) throws -> Rate {
        if let known = rates[service.id] { return known }
        let rate = try PriceRule.price(
            of: service.saleRate, discount: terms.discount, own: terms.ownPrice(of: service.id))
        rates[service.id] = rate
        return rate
    }
}
