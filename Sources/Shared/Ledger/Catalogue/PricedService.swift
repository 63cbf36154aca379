import Money

/// A service of a provider's catalogue, priced by our rules.
package struct PricedService: Equatable, Sendable {
    package var providerService: String
    package var name: String
    package var type: String
    package var category: String
    /// The provider's rate, in its currency.
    package var rate: Rate
    /// The same rate in the house currency.
    package var costRate: Rate
    package var profit: Percent
    package var profitFixed: Amount
    package var saleRate: Rate
    package var minimum: Int64
    package var maximum: Int64
    package var drips: Bool
    package var refills: Bool
    package var cancels: Bool
    package var isEnabled: Bool
    /// The prices after a jump of the provider's rate; nil unless the jump waits for the operator.
    package var offered: OfferedPrices?
    /// Why nobody can order it, whatever the rules say: a sentence without a full stop.
    package var fault: String?

    package init(
        providerService: String, name: String, type: String, category: String, rate: Rate,
        costRate: Rate, profit: Percent, profitFixed: Amount, saleRate: Rate, minimum: Int64,
        maximum: Int64, drips: Bool, refills: Bool, cancels: Bool, isEnabled: Bool,
        offered: OfferedPrices? = nil, fault: String? = nil
    ) {
        self.providerService = providerService
        self.name = name
        self.type = type
        self.category = category
        self.rate = rate
        self.costRate = costRate
        self.profit = profit
        self.profitFixed = profitFixed
        self.saleRate = saleRate
        self.minimum = minimum
        self.maximum = maximum
        self.drips = drips
        self.refills = refills
        self.cancels = cancels
        self.isEnabled = isEnabled
        self.offered = offered
        self.fault = fault
    }
}

/// The prices that a service will have once the operator releases its jump.
package struct OfferedPrices: Equatable, Sendable {
    /// The provider's rate, in its currency.
    package let rate: Rate
    /// The same rate in the house currency. It guards the margin until then.
    package let costRate: Rate
    package let saleRate: Rate

    package init(rate: Rate, costRate: Rate, saleRate: Rate) {
        self.rate = rate
        self.costRate = costRate
        self.saleRate = saleRate
    }
}

extension PricedService {
    /// The fields whose changes are reported to the operator, by the column's name.
    var reported: [(field: String, value: String?)] {
        [
            ("name", name), ("type", type), ("category", category), ("rate", "\(rate)"),
            ("sale_rate", "\(saleRate)"), ("min", "\(minimum)"), ("max", "\(maximum)"),
            ("dripfeed", "\(drips)"), ("refill", "\(refills)"), ("cancel", "\(cancels)"),
            ("enabled", "\(isEnabled)"), ("fault", fault),
        ]
    }
}
