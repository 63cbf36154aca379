/// Every calculation of a price (design.md §5). The catalogue, intake and price lists all ask here.
///
/// Rates are per thousand units, or per package. Each rounds up, so that the house never sells
/// below cost by rounding. A rate too large to count is `MoneyError.overflow`.
package enum PriceRule {
    /// Our cost in the house currency, from a provider's `rate` in the provider's currency.
    package static func cost(
        of rate: Rate, at exchangeRate: ExchangeRate
    ) throws(MoneyError) -> Rate {
        try rate.converted(at: exchangeRate)
    }

    /// The sale rate of a service that costs `cost`.
    package static func sale(
        of cost: Rate, profit: Percent, fixed: Amount
    ) throws(MoneyError) -> Rate {
        try cost.marked(up: profit, plus: fixed)
    }

    /// The profit of `sale` over `cost`, in percent of the cost, rounded down to a millionth of a
    /// percent; 0 at or below cost, and for a service that costs nothing.
    package static func profit(of sale: Rate, over cost: Rate) -> Percent {
        guard sale > cost, cost.micros > 0 else { return .zero }
        let profit = Int128(sale.micros - cost.micros) * Int128(Percent.hundred.micros)
        return Percent(micros: Int64(clamping: profit / Int128(cost.micros)))
    }

    /// The rate for one user: their own price if they have one, else the sale rate less their
    /// discount.
    package static func price(
        of sale: Rate, discount: Percent, own: Rate?
    ) throws(MoneyError) -> Rate {
        if let own { return own }
        return try sale.discounted(by: discount)
    }

    /// The lowest rate for a service that costs `cost`: intake refuses an order below it.
    ///
    /// - Parameters:
    ///   - cost: our cost, as agreed.
    ///   - offered: a cost that the provider now asks and the operator has not agreed to yet; the
    ///     provider may charge it all the same.
    ///   - minProfit: the least profit, in percent of the cost.
    /// - Returns: the higher cost plus the least profit.
    /// - Throws: `MoneyError.overflow`.
    package static func least(
        for cost: Rate, offered: Rate?, minProfit: Percent
    ) throws(MoneyError) -> Rate {
        try max(cost, offered ?? cost).marked(up: minProfit, plus: .zero)
    }
}
