/// The price of a thousand units, or of one package, in millionths of a currency unit; zero or
/// more.
///
/// Every calculation rounds up once, at its end: the house never sells below cost by rounding.
package struct Rate: Hashable, Sendable {
    package let micros: Int64

    static let decimals = 6

    /// A rate from the ledger. A negative one is a bug.
    package init(micros: Int64) {
        precondition(micros >= 0, "a rate is never negative")
        self.micros = micros
    }

    /// Reads `0.90`: JSON's number without an exponent, at most six decimals, not negative.
    package init(parsing text: some StringProtocol) throws(MoneyError) {
        let text = String(text)
        micros = try DecimalText.exact(text, decimals: Self.decimals)
        guard micros >= 0 else { throw .negative(text) }
    }

    /// Reads a provider's rate with any number of decimals, with or without an exponent, and rounds
    /// it up to a millionth. The caller removes thousands separators and spaces.
    package init(roundingUp text: some StringProtocol) throws(MoneyError) {
        micros = try DecimalText.roundedUp(String(text), decimals: Self.decimals)
    }

    /// A calculated rate; throws if it is too large or negative.
    private init(counted micros: Int128) throws(MoneyError) {
        self.micros = try Int64(counted: micros)
        guard self.micros >= 0 else { throw .negative(Amount(micros: self.micros).description) }
    }
}

extension Rate {
    /// Converts this rate in a foreign currency to the house currency.
    package func converted(at rate: ExchangeRate) throws(MoneyError) -> Rate {
        let product = Int128(micros) * Int128(rate.picos)
        return try Rate(
            counted: product.divided(by: Int128(ExchangeRate.one.picos), rounding: .up))
    }

    /// This rate × (1 + `percent`) + `fixed`: a sale rate from a cost rate, or with the least
    /// profit the lowest one allowed.
    package func marked(up percent: Percent, plus fixed: Amount) throws(MoneyError) -> Rate {
        try Rate(
            counted: times(Int128(Percent.hundred.micros) + Int128(percent.micros))
                + Int128(fixed.micros))
    }

    /// This rate × (1 − `percent`). More than 100 % is an error.
    package func discounted(by percent: Percent) throws(MoneyError) -> Rate {
        try Rate(counted: times(Int128(Percent.hundred.micros) - Int128(percent.micros)))
    }

    /// Whether this rate differs from `other` by no more than `percent` of `other`.
    package func isWithin(_ percent: Percent, of other: Rate) -> Bool {
        let difference = Int128(micros - other.micros).magnitude
        return difference * UInt128(Percent.hundred.micros)
            <= UInt128(other.micros) * UInt128(percent.micros)
    }

    /// The charge for `units`, zero or more, if the rate is the price of a thousand.
    package func charge(units: Int64) throws(MoneyError) -> Amount {
        precondition(units >= 0, "nobody sells fewer than no units")
        let product = Int128(micros) * Int128(units)
        return Amount(micros: try Int64(counted: product.divided(by: 1_000, rounding: .up)))
    }

    /// The charge for a package, if the rate is its price.
    package func chargeForPackage() -> Amount {
        Amount(micros: micros)
    }

    /// This rate × `percentMicros` millionths of a percent.
    private func times(_ percentMicros: Int128) -> Int128 {
        (Int128(micros) * percentMicros)
            .divided(by: Int128(Percent.hundred.micros), rounding: .up)
    }
}

extension Rate: Comparable {
    package static func < (a: Rate, b: Rate) -> Bool { a.micros < b.micros }
}

extension Rate: CustomStringConvertible {
    /// Always six decimals: `0.900000`.
    package var description: String { DecimalText.fixed(micros, decimals: Self.decimals) }
}
