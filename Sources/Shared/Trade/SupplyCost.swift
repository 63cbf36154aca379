import Money

/// What a service costs us at its provider (design.md §5).
package struct SupplyCost: Equatable, Sendable {
    /// The provider's price of a thousand units or of a package, in its currency.
    package let rate: Rate
    /// The same in the house currency.
    package let houseRate: Rate
    package let rule: ChargeRule
    /// From its currency to the house currency; nil if unknown.
    package let exchangeRate: ExchangeRate?

    package init(rate: Rate, houseRate: Rate, rule: ChargeRule, exchangeRate: ExchangeRate?) {
        self.rate = rate
        self.houseRate = houseRate
        self.rule = rule
        self.exchangeRate = exchangeRate
    }

    /// The same at other rates; nil unless both are given.
    package func offered(_ rate: Rate?, _ houseRate: Rate?) -> SupplyCost? {
        guard let rate, let houseRate else { return nil }
        return SupplyCost(
            rate: rate, houseRate: houseRate, rule: rule, exchangeRate: exchangeRate)
    }

    /// What the provider takes for `units` billed units, in its currency.
    ///
    /// - Throws: `MoneyError` if the charge is too large to count.
    package func charge(for units: Int64, _ billing: Billing) throws(MoneyError) -> Amount {
        try rule.charge(for: billing.price(of: units, at: rate))
    }

    /// The same in the house currency.
    ///
    /// - Throws: `MoneyError` if the cost is too large to count.
    package func cost(of units: Int64, _ billing: Billing) throws(MoneyError) -> Amount {
        let byRate = try billing.price(of: units, at: houseRate)
        guard rule != .exact else { return byRate }
        let charge = try charge(for: units, billing)
        if let exchangeRate {
            return max(byRate, try charge.converted(at: exchangeRate, rounding: .up))
        }
        guard rate.micros > 0 else { return byRate }
        return max(byRate, try charge.prorated(houseRate.micros, of: rate.micros, rounding: .up))
    }

    /// The lowest price at which `units` earn `minProfit` over their cost, counting both the rate
    /// and the provider's smallest charge.
    ///
    /// - Throws: `MoneyError` if the price is too large to count.
    package func least(
        for units: Int64, _ billing: Billing, minProfit: Percent
    ) throws(MoneyError) -> Amount {
        let floor = try PriceRule.least(for: houseRate, offered: nil, minProfit: minProfit)
        let byRate = try billing.price(of: units, at: floor)
        guard rule != .exact else { return byRate }
        return max(byRate, try cost(of: units, billing).marked(up: minProfit))
    }
}
