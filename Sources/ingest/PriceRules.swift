import Ledger
import Money
import OrderTypes
import Settings

/// What an order costs one user, by the rules of design.md §5.
struct PriceRules {
    private let pricing: Pricing
    private let discount: Percent
    /// The user's own price for a service, or nil.
    private let ownPrice: (ServiceID) throws -> Rate?
    private var rates: [ServiceID: Rate] = [:]

    init(
        _ pricing: Pricing, discount: Percent,
        ownPrice: @escaping (ServiceID) throws -> Rate?
    ) {
        self.pricing = pricing
        self.discount = discount
        self.ownPrice = ownPrice
    }

    /// The charge of an order.
    ///
    /// - Throws: `Rejection`: `BELOW_COST`, `RATE_CHANGED`; what the lookup of a price throws.
    mutating func charge(of order: OrderLine) throws -> Amount {
        let rate = try saleRate(of: order.service)
        do {
            let floor = try order.service.costRate
                .marked(up: pricing.minProfitPercent, plus: .zero)
            guard rate >= floor else {
                throw Rejection(
                    .belowCost, "service \(order.service.id) cannot be sold at \(rate) now")
            }
            if let most = order.maxRate, rate > most {
                throw Rejection(.rateChanged, "the rate is \(rate) now, more than \(most)")
            }
            return try order.type.billing.price(of: order.billedUnits, at: rate)
        } catch is MoneyError {
            throw Rejection(.quantityTooLarge, "the charge is more than can be counted")
        }
    }

    private mutating func saleRate(of service: Service) throws -> Rate {
        if let known = rates[service.id] { return known }
        let rate = try ownPrice(service.id) ?? service.saleRate.discounted(by: discount)
        rates[service.id] = rate
        return rate
    }
}
