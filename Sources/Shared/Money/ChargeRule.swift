/// How a provider turns the price of an order into a charge, both in its currency: many charge a
/// minimum, or round up to fewer decimals than we count (provider-api.md §8).
package struct ChargeRule: Hashable, Sendable {
    package let minimum: Amount
    /// From 0 to the six decimals of an `Amount`.
    package let decimals: Int

    /// Charges exactly the price.
    package static let exact = ChargeRule(minimum: .zero, decimals: Amount.decimals)

    package init(minimum: Amount, decimals: Int) {
        precondition(minimum >= .zero && (0...Amount.decimals).contains(decimals))
        self.minimum = minimum
        self.decimals = decimals
    }

    /// The provider's charge for an order of that price. A free order stays free.
    package func charge(for price: Amount) throws(MoneyError) -> Amount {
        guard price > .zero, self != .exact else { return price }
        var unit: Int128 = 1
        for _ in decimals..<Amount.decimals { unit *= 10 }
        let units = Int128(price.micros).divided(by: unit, rounding: .up)
        return max(minimum, Amount(micros: try Int64(counted: units * unit)))
    }
}
