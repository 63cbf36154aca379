import TestHouse
import Testing

private let thousand = #"{"service": 101, "link": "a", "quantity": 1000}"#

/// Service 101 costs 1.00 a thousand and is sold at 1.20.
@Suite struct PriceTests {
    @Test func `a user's own price comes before the price list and the discount`() throws {
        let house = try House.stocked()
        try house.add(discount: "5")
        #expect(try charge(thousand, in: house) == "1.140000")
        _ = try house.drop(
            #"{"prices": [{"user": "acme", "service": 101, "price": "1.10"}]}"#, as: "p.json",
            by: "desk")
        #expect(
            try charge(#"{"service": 101, "link": "b", "quantity": 1000}"#, in: house) == "1.100000"
        )
    }

    @Test func `a discount never goes below the minimum profit`() throws {
        let house = try House.stocked(
            "intake: {min_free_bytes: 0}\npricing: {min_profit_percent: \"15\"}")
        try house.add(discount: "4")
        #expect(try charge(thousand, in: house) == "1.152000")
        try house.add("zenith", discount: "5")
        #expect(try house.verdict(on: thousand, by: "zenith") == "BELOW_COST")
    }

    @Test func `a provider's jumped price guards the margin before anybody agrees to it`()
        throws
    {
        let house = try House.stocked(
            "intake: {min_free_bytes: 0}\npricing: {min_profit_percent: \"10\"}")
        try house.add()
        func line(_ link: String) -> String {
            #"{"service": \#(Catalogue.jumped), "link": "\#(link)", "quantity": 1000}"#
        }
        #expect(try house.verdict(on: line("a")) == "BELOW_COST")
        for (price, verdict) in [("3.299999", "BELOW_COST"), ("3.30", "accepted")] {
            _ = try house.drop(
                """
                {"prices": [{"user": "acme", "service": \(Catalogue.jumped), "price": "\(price)"}]}
                """, as: "\(price).json", by: "desk")
            #expect(try house.verdict(on: line(price)) == verdict)
        }
        try house.add("zenith", discount: "5")
        let released = try house.drop(
            #"{"releases": [{"service": \#(Catalogue.jumped)}]}"#, as: "r.json", by: "desk")
        #expect(
            released.lines("releases")[0]["detail"]
                == "it costs 3.000000 from now on, not 1.000000")
        #expect(try house.verdict(on: line("b"), by: "zenith") == "accepted")
        // 3.60 less 5 percent.
        let receipt = try house.receipt(of: "one.json", by: "zenith")
        #expect(receipt.lines()[0]["charge"] == "3.420000")
    }

    /// A thousand units cost 1.00.
    @Test(arguments: [
        (#"min_charge: "0.0100""#, 9, 8), ("charge_decimals: 2", 9, 1),
        ("charge_decimals: 2", 17, 11), (#"min_charge: "0.05", charge_decimals: 1"#, 84, 83),
    ])
    func `an order that brings in less than the provider's minimum charge is rejected`(
        rule: String, enough: Int, less: Int
    ) throws {
        let house = try House.stocked(provider: rule)
        try house.add()
        func line(_ quantity: Int) -> String {
            #"{"service": 101, "link": "\#(quantity)", "quantity": \#(quantity)}"#
        }
        #expect(try house.verdict(on: line(enough)) == "accepted")
        #expect(try house.verdict(on: line(less)) == "BELOW_COST")
        let detail = try house.receipt(of: "one.json").lines()[0]["detail"] ?? ""
        #expect(detail.contains("cannot be sold in so small an order"))
        try house.expectSound()
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
    func `an order costs its rate times its units, and a package its rate`(
        line: String, price: String
    ) throws {
        let house = try House.stocked()
        try house.add()
        #expect(try charge(line, in: house) == price)
    }

    @Test func `a fraction of a millionth is rounded up, once`() throws {
        let house = try House.stocked()
        try house.add()
        _ = try house.drop(
            #"{"prices": [{"user": "acme", "service": 101, "price": "1.000001"}]}"#, as: "p.json",
            by: "desk")
        #expect(
            try charge(#"{"service": 101, "link": "a", "quantity": 1}"#, in: house) == "0.001001")
    }

    private func charge(_ line: String, in house: House) throws -> String? {
        try #require(try house.verdict(on: line) == "accepted")
        return try house.receipt(of: "one.json").lines()[0]["charge"]
    }
}
