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

    /// What `sale` brings over `cost`, in percent of that, rounded down to a millionth of a percent; 0 at
    /// or below cost, and where nothing is paid.
    package static func profit(of sale: Rate, over cost: Rate) -> Percent {
        guard sale > cost, cost.micros > 0 else { return .zero }
        let profit = Int128(sale.micros - cost.micros) * Int128(Percent.hundred.micros)
        return Percent(micros: Int64(clamping: profit / Int128(cost.micros)))
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
