import Money

/// What a confirmed deposit brings its user, in the house currency (design.md §5).
package struct DepositCredit: Equatable, Sendable {
    /// What the payment is worth. The fee is part of it.
    package let credited: Amount
    package let fee: Amount

    /// - Parameters:
    ///   - amount: what was paid.
    ///   - currency: the currency of `amount`.
    ///   - rate: what a unit of that is worth in the house currency.
    ///   - fee: what the house takes.
    ///   - house: the house currency.
    /// - Throws: `Rejection` if nothing is left to credit, or it cannot be counted.
    package init(
        of amount: Amount, _ currency: Currency, at rate: ExchangeRate, fee: Fee, in house: Currency
    ) throws(Rejection) {
        do throws(MoneyError) {
            credited = try amount.converted(at: rate, rounding: .down)
            self.fee = try fee.of(credited)
        } catch {
            throw Rejection(.badValue, "amount \(error)")
        }
        try Text.checkIncoming("what it comes to in \(house)", credited)
        guard credited > .zero else {
            throw Rejection(
                .badValue, "\(amount) \(currency) is less than a millionth of a \(house)")
        }
        guard FeePayment.deposit.allows(self.fee, of: credited) else {
            throw Rejection(
                .badValue, "the fee of \(self.fee) is more than the \(credited) \(house)")
        }
    }
}
