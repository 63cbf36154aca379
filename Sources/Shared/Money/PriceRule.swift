/// How a price comes about (design.md §5). Nobody else calculates one: not the catalogue, nor intake, nor
/// a price list.
///
/// Rates are per thousand units, or per package. Each is rounded up, so that the house never sells below
/// cost by rounding; one that cannot be counted is `MoneyError.overflow`.
package enum PriceRule {
    /// What we pay, in the house currency, of a provider's `rate` in his.
    package static func cost(
        of rate: Rate, at exchangeRate: ExchangeRate
    ) throws(MoneyError) -> Rate {
        try rate.converted(at: exchangeRate)
    }

    /// What is asked for what costs `cost`.
    package static func sale(
        of cost: Rate, profit: Percent, fixed: Amount
    ) throws(MoneyError) -> Rate {
        try cost.marked(up: profit, plus: fixed)
    }

    /// What one user pays: his own price where he has one, else the sale rate less his discount.
    package static func price(
        of sale: Rate, discount: Percent, own: Rate?
    ) throws(MoneyError) -> Rate {
        if let own { return own }
        return try sale.discounted(by: discount)
    }

    /// The least that is taken for what costs `cost`: below it an order is refused at intake. `offered`
    /// is a cost that the provider asks and nobody here has agreed to yet; he may charge it all the same.
    package static func least(
        for cost: Rate, offered: Rate?, minProfit: Percent
    ) throws(MoneyError) -> Rate {
        try max(cost, offered ?? cost).marked(up: minProfit, plus: .zero)
    }
}
