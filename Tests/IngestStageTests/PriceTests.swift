import Testing

private let thousand = #"{"service": 101, "link": "a", "quantity": 1000}"#

/// Service 101 costs 1.00 a thousand and is sold at 1.20.
@Suite struct PriceTests {
    @Test func `a price of one's own goes before the price list and the discount`() throws {
        let shop = try Shop()
        try shop.add(discount: "5")
        #expect(try charge(thousand, in: shop) == "1.140000")
        _ = try shop.drop(
            #"{"prices": [{"user": "acme", "service": 101, "price": "1.10"}]}"#, as: "p.json",
            by: "desk")
        #expect(
            try charge(#"{"service": 101, "link": "b", "quantity": 1000}"#, in: shop) == "1.100000")
    }

    @Test func `a discount never goes below the least profit`() throws {
        let shop = try Shop("intake: {min_free_bytes: 0}\npricing: {min_profit_percent: \"15\"}")
        try shop.add(discount: "4")
        #expect(try charge(thousand, in: shop) == "1.152000")
        try shop.add("zenith", discount: "5")
        #expect(try shop.verdict(on: thousand, by: "zenith") == "BELOW_COST")
    }

    @Test func `what a provider asks since a jump guards the margin before anybody agrees to it`()
        throws
    {
        let shop = try Shop("intake: {min_free_bytes: 0}\npricing: {min_profit_percent: \"10\"}")
        try shop.add()
        func line(_ link: String) -> String {
            #"{"service": \#(Catalogue.jumped), "link": "\#(link)", "quantity": 1000}"#
        }
        #expect(try shop.verdict(on: line("a")) == "BELOW_COST")
        for (price, verdict) in [("3.299999", "BELOW_COST"), ("3.30", "accepted")] {
            _ = try shop.drop(
                """
                {"prices": [{"user": "acme", "service": \(Catalogue.jumped), "price": "\(price)"}]}
                """, as: "\(price).json", by: "desk")
            #expect(try shop.verdict(on: line(price)) == verdict)
        }
        try shop.add("zenith", discount: "5")
        let released = try shop.drop(
            #"{"releases": [{"service": \#(Catalogue.jumped)}]}"#, as: "r.json", by: "desk")
        #expect(
            released.lines("releases")[0]["detail"]
                == "it costs 3.000000 from now on, not 1.000000")
        #expect(try shop.verdict(on: line("b"), by: "zenith") == "accepted")
        // 3.60 less 5 percent.
        let receipt = try shop.receipt(of: "one.json", by: "zenith")
        #expect(receipt.lines()[0]["charge"] == "3.420000")
    }

    /// A thousand units cost 1.00.
    @Test(arguments: [
        (#", min_charge: "0.0100""#, 9, 8), (#", charge_decimals: 2"#, 9, 1),
        (#", charge_decimals: 2"#, 17, 11), (#", min_charge: "0.05", charge_decimals: 1"#, 84, 83),
    ])
    func `an order that brings less than its provider takes at least is refused`(
        rule: String, enough: Int, less: Int
    ) throws {
        let shop = try Shop(provider: rule)
        try shop.add()
        func line(_ quantity: Int) -> String {
            #"{"service": 101, "link": "\#(quantity)", "quantity": \#(quantity)}"#
        }
        #expect(try shop.verdict(on: line(enough)) == "accepted")
        #expect(try shop.verdict(on: line(less)) == "BELOW_COST")
        let detail = try shop.receipt(of: "one.json").lines()[0]["detail"] ?? ""
        #expect(detail.contains("cannot be sold in so small an order"))
        try shop.expectSound()
    }

    @Test(arguments: [
        (#"{"service": 101, "link": "a", "quantity": 1}"#, "0.001200"),
        (#"{"service": 101, "link": "a", "quantity": 100, "runs": 3}"#, "0.360000"),
        (#"{"service": 102, "link": "a"}"#, "1.200000"),
        (#"{"service": 104, "link": "a", "comments": "x\ny\nz"}"#, "0.003600"),
        (#"{"service": 105, "link": "a", "comments": "x\ny\nz"}"#, "1.200000"),
        (
            #"{"service": 116, "username": "u", "min": 1, "max": 10, "posts": 5, "delay": 0}"#,
            "0.060000"
        ),
    ])
    func `an order costs its rate times its units, a package its rate`(
        line: String, price: String
    ) throws {
        let shop = try Shop()
        try shop.add()
        #expect(try charge(line, in: shop) == price)
    }

    @Test func `a fraction of a millionth is rounded up, once`() throws {
        let shop = try Shop()
        try shop.add()
        _ = try shop.drop(
            #"{"prices": [{"user": "acme", "service": 101, "price": "1.000001"}]}"#, as: "p.json",
            by: "desk")
        #expect(
            try charge(#"{"service": 101, "link": "a", "quantity": 1}"#, in: shop) == "0.001001")
    }

    private func charge(_ line: String, in shop: Shop) throws -> String? {
        try #require(try shop.verdict(on: line) == "accepted")
        return try shop.receipt(of: "one.json").lines()[0]["charge"]
    }
}
