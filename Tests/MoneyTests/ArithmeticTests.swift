import Money
import Testing

/// The formulas of design.md §5, by example.
@Suite struct ArithmeticTests {
    private func amount(_ text: String) throws -> Amount { try Amount(parsing: text) }
    private func rate(_ text: String) throws -> Rate { try Rate(parsing: text) }
    private func percent(_ text: String) throws -> Percent { try Percent(parsing: text) }

    @Test func `an overflow is an error, never a wrap`() throws {
        let largest = Amount(micros: .max)
        let smallest = Amount(micros: .min)
        let one = Amount(micros: 1)
        #expect(throws: MoneyError.overflow) { try largest + one }
        #expect(throws: MoneyError.overflow) { try smallest - one }
        #expect(throws: MoneyError.overflow) { try -smallest }
        #expect(throws: MoneyError.overflow) { try largest.prorated(2, of: 1) }
        #expect(throws: MoneyError.overflow) {
            try Rate(micros: .max).marked(up: .zero, plus: one)
        }
        #expect(try largest + smallest == Amount(micros: -1))
        #expect(try -largest == Amount(micros: -.max))
    }

    @Test func `a share rounds down by default, also below zero`() throws {
        let one = Amount(micros: 1)
        #expect(try one.prorated(1, of: 3).micros == 0)
        #expect(try one.prorated(1, of: 3, rounding: .up).micros == 1)
        #expect(try Amount(micros: -1).prorated(1, of: 3).micros == -1)
        #expect(try Amount(micros: -1).prorated(1, of: 3, rounding: .up).micros == 0)
        #expect(try Amount(micros: .max).prorated(.max, of: .max).micros == .max)
    }

    @Test func `a foreign amount is converted at the exchange rate`() throws {
        let euro = try ExchangeRate(parsing: "1.08")
        #expect(try amount("100").converted(at: euro, rounding: .down) == amount("108"))
        #expect(try amount("0.000001").converted(at: euro, rounding: .down) == amount("0.000001"))
        #expect(try amount("0.000001").converted(at: euro, rounding: .up) == amount("0.000002"))
        #expect(try amount("7.77").converted(at: .one, rounding: .up) == amount("7.77"))
    }

    @Test func `a sale rate is rounded once`() throws {
        #expect(try rate("1").marked(up: percent("20"), plus: amount("0.10")) == rate("1.3"))
        #expect(try rate("0.000001").marked(up: percent("0.000001"), plus: .zero).micros == 2)
        #expect(try rate("0.000003").discounted(by: percent("50")).micros == 2)
        #expect(try rate("5").discounted(by: percent("100")) == rate("0"))
        #expect(try rate("1").converted(at: ExchangeRate(parsing: "0.0000001")).micros == 1)
    }

    @Test func `no discount or markup makes a rate negative`() throws {
        let one = try rate("1")
        let tooMuch = try percent("101")
        let minusTwo = try amount("-2")
        #expect(throws: MoneyError.negative("-0.010000")) { try one.discounted(by: tooMuch) }
        #expect(throws: MoneyError.negative("-1.000000")) {
            try one.marked(up: .zero, plus: minusTwo)
        }
    }

    @Test(
        arguments: [
            ("0.90", 1_000, "0.900000"), ("0.90", 1, "0.000900"), ("0.000001", 1, "0.000001"),
            ("0.000001", 1_000, "0.000001"), ("0.000001", 1_001, "0.000002"), ("0", 5, "0.000000"),
            ("5", 0, "0.000000"),
        ] as [(String, Int64, String)])
    func `a charge is rate × units ÷ 1000, rounded up once`(
        text: String, units: Int64, charge: String
    ) throws {
        #expect(try rate(text).charge(units: units).description == charge)
    }

    @Test func `a package costs its rate`() throws {
        #expect(try rate("4.5").chargeForPackage() == amount("4.5"))
    }

    @Test func `a fee is a percentage rounded up and a fixed part`() throws {
        let fee = Fee(percent: try percent("2.5"), fixed: try amount("0.30"))
        #expect(try fee.of(amount("100")) == amount("2.8"))
        #expect(try fee.of(amount("0.000001")) == amount("0.300001"))
        #expect(try Fee.none.of(amount("100")) == .zero)
    }

    @Test(
        arguments: [
            // charge, settled, delivered, billed, refund
            ("0.90", "0", 0, 1_000, "0.900000"), ("0.90", "0", 1_000, 1_000, "0.000000"),
            ("0.90", "0", 843, 1_000, "0.141300"), ("0.000001", "0", 1, 3, "0.000000"),
            ("0.000003", "0", 1, 2, "0.000001"), ("0.90", "0.50", 500, 1_000, "0.000000"),
            ("0.90", "0.10", 500, 1_000, "0.350000"), ("0.90", "0.90", 0, 1_000, "0.000000"),
            ("0.90", "0", -5, 1_000, "0.900000"), ("0.90", "0", 2_000, 1_000, "0.000000"),
            ("0", "0", 1, 2, "0.000000"), ("0.90", "0", .min, 1, "0.900000"),
        ] as [(String, String, Int64, Int64, String)])
    func `a refund is for the undelivered and unsettled part, never more`(
        charge: String, settled: String, delivered: Int64, billed: Int64, refund: String
    ) throws {
        let actual = try Proration.refund(
            of: amount(charge), settled: amount(settled), delivered: delivered, of: billed)
        #expect(actual.description == refund)
    }

    @Test func `amounts and rates are ordered by size`() throws {
        #expect(try amount("-1") < amount("0.5"))
        #expect(try rate("2") < rate("10"))
        #expect(try Currency(parsing: "EUR") < Currency(parsing: "USD"))
    }
}
