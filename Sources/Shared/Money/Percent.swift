/// A percentage, zero or more.
package struct Percent: Hashable, Sendable {
    /// Millionths of one percent.
    package let micros: Int64

    package static let zero = Percent(micros: 0)

    /// The whole.
    package static let hundred = Percent(micros: 100_000_000)

    static let decimals = 6

    /// A percentage from the ledger. A negative one is a bug.
    package init(micros: Int64) {
        precondition(micros >= 0, "a percentage is never negative")
        self.micros = micros
    }

    /// Reads `12.5`: JSON's number without an exponent, at most six decimals, not negative.
    package init(parsing text: some StringProtocol) throws(MoneyError) {
        let text = String(text)
        micros = try DecimalText.exact(text, decimals: Self.decimals)
        guard micros >= 0 else { throw .negative(text) }
    }
}

extension Percent: CustomStringConvertible {
    /// In its shortest form: `20`, `12.5`.
    package var description: String { DecimalText.short(micros, decimals: Self.decimals) }
}

extension Percent: Comparable {
    package static func < (a: Percent, b: Percent) -> Bool { a.micros < b.micros }
}
