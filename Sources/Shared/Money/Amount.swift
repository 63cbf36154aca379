/// An exact amount of money, in millionths of a currency unit. The owner of an amount knows its
/// currency.
package struct Amount: Hashable, Sendable {
    package let micros: Int64

    package static let zero = Amount(micros: 0)

    /// How many decimals an amount has.
    static let decimals = 6

    package init(micros: Int64) {
        self.micros = micros
    }

    /// Reads `12.50`, `-1`, `0.000001`: JSON's number without an exponent, at most six decimals.
    package init(parsing text: some StringProtocol) throws(MoneyError) {
        micros = try DecimalText.exact(String(text), decimals: Self.decimals)
    }
}

extension Amount {
    /// The sum, or `MoneyError.overflow`.
    package static func + (a: Amount, b: Amount) throws(MoneyError) -> Amount {
        Amount(micros: try Int64(counted: Int128(a.micros) + Int128(b.micros)))
    }

    /// The difference, or `MoneyError.overflow`.
    package static func - (a: Amount, b: Amount) throws(MoneyError) -> Amount {
        Amount(micros: try Int64(counted: Int128(a.micros) - Int128(b.micros)))
    }

    /// The amount with the other sign, or `MoneyError.overflow`.
    package static prefix func - (amount: Amount) throws(MoneyError) -> Amount {
        try .zero - amount
    }

    /// This amount × `part` ÷ `whole`; `whole` is positive. The product is taken in 128 bits.
    package func prorated(
        _ part: Int64, of whole: Int64, rounding: Rounding = .down
    ) throws(MoneyError) -> Amount {
        let product = Int128(micros) * Int128(part)
        let share = product.divided(by: Int128(whole), rounding: rounding)
        return Amount(micros: try Int64(counted: share))
    }

    /// Whether this amount is above or below `other` by more than `percent` of `other`.
    package func differs(from other: Amount, byMoreThan percent: Percent) -> Bool {
        let difference = (Int128(micros) - Int128(other.micros)).magnitude
        let allowed = Int128(other.micros).magnitude * UInt128(percent.micros)
        return difference * UInt128(Percent.hundred.micros) > allowed
    }

    /// This amount × (1 + `percent`), rounded up.
    package func marked(up percent: Percent) throws(MoneyError) -> Amount {
        try self + prorated(percent.micros, of: Percent.hundred.micros, rounding: .up)
    }

    /// Converts this amount of a foreign currency to the house currency. Deposits round down
    /// (design.md §5).
    package func converted(
        at rate: ExchangeRate, rounding: Rounding
    ) throws(MoneyError) -> Amount {
        let product = Int128(micros) * Int128(rate.picos)
        let converted = product.divided(by: Int128(ExchangeRate.one.picos), rounding: rounding)
        return Amount(micros: try Int64(counted: converted))
    }
}

extension Amount: Comparable {
    package static func < (a: Amount, b: Amount) -> Bool { a.micros < b.micros }
}

extension Amount: CustomStringConvertible {
    /// Always six decimals: `0.900000`.
    package var description: String { DecimalText.fixed(micros, decimals: Self.decimals) }
}
