import Testing

@testable import Money

/// The prices of design.md §5.
@Suite struct PriceRuleTests {
    private func rate(_ text: String) throws -> Rate { try Rate(parsing: text) }
    private func percent(_ text: String) throws -> Percent { try Percent(parsing: text) }

    @Test(arguments: [
        ("1", "1.08", "1.080000"), ("0.000001", "1.08", "0.000002"), ("3", "0.333333", "0.999999"),
        ("0", "1.08", "0.000000"),
    ])
    func `a cost rounds up to a millionth`(rate: String, exchange: String, cost: String) throws {
        #expect(
            try PriceRule.cost(of: self.rate(rate), at: ExchangeRate(parsing: exchange)).description
                == cost)
    }

    @Test(arguments: [
        ("1", "25", "0.10", "1.350000"), ("0.000001", "25", "0", "0.000002"),
        ("0", "25", "0.10", "0.100000"), ("1", "0", "0", "1.000000"),
    ])
    func `a sale rate is the cost, a percentage of it and a fixed part`(
        cost: String, profit: String, fixed: String, sale: String
    ) throws {
        #expect(
            try PriceRule.sale(
                of: rate(cost), profit: percent(profit), fixed: Amount(parsing: fixed)
            ).description == sale)
    }

    @Test(arguments: [
        ("1.35", "1", "35"), ("1", "3", "0"), ("4", "3", "33.333333"), ("1", "1", "0"),
        ("1", "0", "0"), ("9000000000000", "0.000001", "9223372036854.775807"),
    ])
    func `a profit rounds down, and is zero at or below cost`(
        sale: String, cost: String, profit: String
    ) throws {
        #expect(
            try PriceRule.profit(of: rate(sale), over: rate(cost)) == percent(profit))
    }

    @Test(
        arguments: [
            ("1", "5", nil, "0.950000"), ("0.000001", "5", nil, "0.000001"),
            ("1", "5", "1.10", "1.100000"),
            ("1", "100", nil, "0.000000"), ("1", "0", "0", "0.000000"),
        ] as [(String, String, String?, String)])
    func `a user's own price beats the sale rate and the discount`(
        sale: String, discount: String, own: String?, price: String
    ) throws {
        #expect(
            try PriceRule.price(
                of: rate(sale), discount: percent(discount), own: own.map { try rate($0) }
            ).description == price)
    }

    @Test(
        arguments: [
            ("1", nil, "10", "1.100000"), ("1", "3", "10", "3.300000"),
            ("3", "1", "10", "3.300000"),
            ("0.000001", nil, "10", "0.000002"),
        ] as [(String, String?, String, String)])
    func `the lowest rate follows the higher cost`(
        cost: String, offered: String?, profit: String, least: String
    ) throws {
        #expect(
            try PriceRule.least(
                for: rate(cost), offered: offered.map { try rate($0) }, minProfit: percent(profit)
            ).description == least)
    }

    @Test(arguments: [
        ("1.2", "1", "20", true), ("1.200001", "1", "20", false), ("0.8", "1", "20", true),
        ("0.799999", "1", "20", false), ("1", "1", "0", true), ("1.000001", "1", "0", false),
        ("0", "0", "20", true), ("0.000001", "0", "20", false),
        ("9223372036854.775807", "0.000001", "100", false),
        ("9223372036854.775807", "9223372036854.775807", "0", true),
    ])
    func `a rate is within a percentage of another, or it is not`(
        rate: String, other: String, percent: String, isWithin: Bool
    ) throws {
        #expect(
            try self.rate(rate).isWithin(self.percent(percent), of: self.rate(other)) == isWithin)
    }

    @Test func `a result too large to count is an error`() throws {
        let most = Rate(micros: .max)
        #expect(throws: MoneyError.overflow) {
            try PriceRule.sale(of: most, profit: percent("1"), fixed: .zero)
        }
        #expect(throws: MoneyError.overflow) {
            try PriceRule.least(for: most, offered: nil, minProfit: percent("1"))
        }
    }
}
