import Testing

@testable import Money

/// How providers turn a price into a charge (provider-api.md §8).
@Suite struct ChargeRuleTests {
    @Test(arguments: [
        ("0.000001", "0", 6, "0.000001"), ("0.000001", "0", 4, "0.000100"),
        ("0.000001", "0.0001", 6, "0.000100"), ("0.123400", "0.0001", 4, "0.123400"),
        ("0.123401", "0", 4, "0.123500"), ("1.000001", "0", 0, "2.000000"),
        ("0.5", "1.25", 0, "1.250000"), ("0", "1", 2, "0.000000"),
    ])
    func `a charge rounds up, and is never below the minimum`(
        price: String, minimum: String, decimals: Int, charge: String
    ) throws {
        let rule = ChargeRule(minimum: try Amount(parsing: minimum), decimals: decimals)
        #expect(try rule.charge(for: Amount(parsing: price)).description == charge)
    }

    @Test func `an amount too large to count is an error`() {
        let rule = ChargeRule(minimum: .zero, decimals: 0)
        #expect(throws: MoneyError.self) { try rule.charge(for: Amount(micros: .max)) }
    }
}
