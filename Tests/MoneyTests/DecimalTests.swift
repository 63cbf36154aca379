import Money
import Testing

/// Texts that become money, and texts that do not.
@Suite struct DecimalTests {
    @Test(
        arguments: [
            ("0", 0, "0.000000"), ("-0", 0, "0.000000"), ("0.000001", 1, "0.000001"),
            ("12.50", 12_500_000, "12.500000"), ("-1", -1_000_000, "-1.000000"),
            ("-0.000001", -1, "-0.000001"), ("0.9", 900_000, "0.900000"),
            ("9223372036854.775807", .max, "9223372036854.775807"),
            ("-9223372036854.775808", .min, "-9223372036854.775808"),
        ] as [(String, Int64, String)])
    func `an amount is read exactly and written with six decimals`(
        text: String, micros: Int64, written: String
    ) throws {
        let amount = try Amount(parsing: text)
        #expect(amount.micros == micros)
        #expect(amount.description == written)
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "-.5", "+1", "01", "00", "-01", " 1", "1 ", "1e3", "1E3", "1.0e1",
        "1,5", "1.2.3", "--1", "1-", "0x1", "NaN", "Infinity", "١", "1\u{0}", "1_000", "１",
    ])
    func `anything but a JSON number without an exponent is no amount`(text: String) {
        #expect(throws: MoneyError.malformed(text, decimals: 6)) { try Amount(parsing: text) }
    }

    @Test func `too many decimals are refused, never cut off`() {
        #expect(throws: MoneyError.tooManyDecimals("0.0000010", decimals: 6)) {
            try Amount(parsing: "0.0000010")
        }
        #expect(throws: MoneyError.tooManyDecimals("1.0000000000001", decimals: 12)) {
            try ExchangeRate(parsing: "1.0000000000001")
        }
    }

    @Test(arguments: [
        "9223372036854.775808", "-9223372036854.775809", "18446744073709.551616",
        "99999999999999999999999999999999",
    ])
    func `an amount too large for 64 bits is an overflow`(text: String) {
        #expect(throws: MoneyError.overflow) { try Amount(parsing: text) }
    }

    @Test func `a part of a longer text is read like a whole text`() throws {
        let line = "price=0.95;"
        let amount = try Amount(parsing: line.dropFirst(6).dropLast())
        #expect(amount.micros == 950_000)
    }

    @Test(
        arguments: [
            ("0", 0), ("0.90", 900_000), ("00.90", 900_000), (".5", 500_000), ("5.", 5_000_000),
            ("1.0e-5", 10), ("1E-5", 10), ("1e+3", 1_000_000_000), ("1.0e-7", 1), ("0.0000001", 1),
            ("0.00000100", 1), ("1.2345671", 1_234_568),
            ("0.9999999", 1_000_000), ("0e99999999999999999999", 0), ("1e-99999999999999999999", 1),
            ("120481927710", 120_481_927_710_000_000), ("0.27819", 278_190),
            ("12345e-3", 12_345_000), ("0.000012345e3", 12_345), ("9223372036854.775807", .max),
            // The noise of printed binary fractions is removed first.
            ("0.90000000000000002220446049250313", 900_000), ("0.0000010000000000000001", 1),
            ("0.27818999999999999", 278_190), ("0.2781900000001", 278_190),
            ("0.278190000001", 278_191), ("9.9999999999999999", 10_000_000),
            ("99999.99999999999999", 100_000_000_000), ("1.2000000000000002e-5", 12),
            ("1234567.1234560001", 1_234_567_123_456), ("1234567.123457", 1_234_567_123_457),
            ("120481927710.250000", 120_481_927_710_250_000), ("157.0", 157_000_000),
        ] as [(String, Int64)])
    func `a provider's rate rounds up to a millionth`(text: String, micros: Int64) throws {
        #expect(try Rate(roundingUp: text).micros == micros)
    }

    @Test(arguments: [
        "", ".", "e5", ".e5", "1e", "1e+", "1e5.0", "1.2.3", "1,234.5", " 1", "1 ", "+1", "abc",
        "0x1", "1e5e5",
    ])
    func `a provider's rate that is not a number is refused`(text: String) {
        #expect(throws: MoneyError.malformed(text, decimals: 6)) { try Rate(roundingUp: text) }
    }

    @Test(arguments: [
        "9223372036854.7758071", "1e13", "1e99999999999999999999", "9223372036854775808",
    ])
    func `a provider's rate too large for 64 bits is an overflow`(text: String) {
        #expect(throws: MoneyError.overflow) { try Rate(roundingUp: text) }
    }

    @Test func `prices and percentages are zero or more, exchange rates above`() {
        #expect(throws: MoneyError.negative("-1")) { try Rate(parsing: "-1") }
        #expect(throws: MoneyError.negative("-1e-9")) { try Rate(roundingUp: "-1e-9") }
        #expect(throws: MoneyError.negative("-0.5")) { try Percent(parsing: "-0.5") }
        #expect(throws: MoneyError.notPositive("0")) { try ExchangeRate(parsing: "0") }
        #expect(throws: MoneyError.notPositive("-1")) { try ExchangeRate(parsing: "-1") }
    }

    @Test func `percentages and exchange rates are written short`() throws {
        for text in ["0", "20", "12.5", "100", "0.000001"] {
            #expect(try Percent(parsing: text).description == text)
        }
        for text in ["1", "1.08", "0.000000000001", "1000", "9223372.036854775807"] {
            #expect(try ExchangeRate(parsing: text).description == text)
        }
        #expect(ExchangeRate.one.description == "1")
    }

    @Test(arguments: ["USD", "EUR", "USDT", "MATIC"])
    func `a currency is three to five capital letters`(code: String) throws {
        #expect(try Currency(parsing: code).code == code)
    }

    @Test(arguments: ["", "US", "usd", "USDTTT", "US1", "ÜSD", "US\u{301}D", "US ", "ＵＳＤ"])
    func `anything else is no currency`(code: String) {
        #expect(throws: MoneyError.notACurrency(code)) { try Currency(parsing: code) }
    }

    @Test func `an error says what was expected and what was found`() {
        #expect(
            MoneyError.malformed("1\n", decimals: 6).description
                == #"""
                must be a decimal number with at most 6 decimals, such as "12.50", but is "1\n"
                """#
        )
        #expect(
            MoneyError.tooManyDecimals("0.1234567", decimals: 6).description
                == #"must have at most 6 decimals, but is "0.1234567""#)
    }

    @Test func `an error does not repeat a megabyte`() {
        let text = String(repeating: "9", count: 1 << 20) + "x"
        let shown = "\"" + String(repeating: "9", count: 40) + "\"…"
        #expect(MoneyError.negative(text).description == "must not be negative, but is \(shown)")
    }
}
