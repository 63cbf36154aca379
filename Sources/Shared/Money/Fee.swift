/// The house's share of a deposit or a withdrawal.
package struct Fee: Hashable, Sendable {
    package let percent: Percent
    package let fixed: Amount

    package static let none = Fee(percent: .zero, fixed: .zero)

    package init(percent: Percent, fixed: Amount) {
        self.percent = percent
        self.fixed = fixed
    }

    /// The fee on `amount`: the percentage, rounded up, plus the fixed part (design.md §5).
    package func of(_ amount: Amount) throws(MoneyError) -> Amount {
        try amount.prorated(percent.micros, of: Percent.hundred.micros, rounding: .up) + fixed
    }
}
