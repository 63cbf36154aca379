/// How many units of the house currency one unit of another currency is worth; more than zero.
package struct ExchangeRate: Hashable, Sendable {
    /// Millionths of a millionth: twelve decimals, because a unit of some currencies is worth
    /// little.
    package let picos: Int64

    /// From the house currency to itself.
    package static let one = ExchangeRate(picos: 1_000_000_000_000)

    static let decimals = 12

    /// A rate from the ledger. It is above zero; anything else is a bug.
    package init(picos: Int64) {
        precondition(picos > 0, "an exchange rate is above zero")
        self.picos = picos
    }

    /// Reads `1.08`: JSON's number without an exponent, at most twelve decimals.
    package init(parsing text: some StringProtocol) throws(MoneyError) {
        let text = String(text)
        picos = try DecimalText.exact(text, decimals: Self.decimals)
        guard picos > 0 else { throw .notPositive(text) }
    }
}

extension ExchangeRate: CustomStringConvertible {
    /// In its shortest form: `1.08`.
    package var description: String { DecimalText.short(picos, decimals: Self.decimals) }
}
