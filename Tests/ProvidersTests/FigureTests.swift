import Money
import Providers
import Testing
import Trade
import Transport

/// What a figure means if panels disagree on how to write it.
@Suite struct FigureTests {
    @Test(arguments: [
        ("1.000", nil), ("12.000", nil), ("1.000.000", nil), ("1.000,50", nil), ("1 000", nil),
        ("1\u{A0}000", nil), ("1'000", nil), ("1,5", nil), ("0,90", nil), ("1,23", nil),
        ("10.5", nil), ("1.234", nil), ("NaN", nil), ("Remains", nil), ("StartCount", nil),
        ("٣", nil), ("+5", nil), ("1e-3", nil), ("1.5e0", nil), ("1e40", nil),
        ("1,000", 1_000), ("1,234,567", 1_234_567), ("1,234.00", 1_234), ("10.00", 10),
        ("157.0", 157), ("157", 157), (" 157 ", 157), ("0", 0), ("1e+06", 1_000_000),
        ("2.3501e+04", 23_501), ("1.0e3", 1_000),
    ])
    func `a count with an ambiguous separator is not read`(text: String, count: Int64?) throws {
        let report = try report(#"{"status":"Partial","remains":"\#(text)","posts":"\#(text)"}"#)
        #expect(report.remains == count)
        #expect(report.posts == count)
        let entry = try entry(#""min":"\#(text)","max":"\#(text)""#)
        #expect(entry.fault == nil || count == nil)
        #expect(entry.min == count ?? 0)
    }

    @Test(arguments: [
        ("1.000", 1_000_000), ("1,000", nil), ("1,250,000", 1_250_000_000_000),
        ("1,234.50000", 1_234_500_000), ("-1,250", nil),
        ("0.27818999999999999", 278_190), ("1.0e-5", 10), (".5", 500_000),
        ("1.000,50", nil), ("1.000.000", nil), ("1 000", nil), ("1'000", nil), ("0,90", nil),
        ("1,5", nil), ("$12.50", nil), ("NaN", nil), ("12.50 USD", nil),
    ])
    func `in an amount a single point is the decimal point, and nothing is guessed`(
        text: String, micros: Int64?
    ) throws {
        #expect(
            try report(#"{"status":"Partial","charge":"\#(text)"}"#).charge?.micros == micros)
        let balance = try? endpoint.balance(in: .reply(#"{"balance":"\#(text)"}"#)).get()
        #expect(balance?.amount.micros == micros)
    }

    @Test(arguments: [
        ("23501.0", "23501"), (#""23501.0""#, "23501"), ("23501.00", "23501"),
        ("1.000", nil), (#""1.000""#, nil), ("23501.5", nil), (#""23,501""#, nil), ("NaN", nil),
    ])
    func `an id is read from the form that a floating-point type prints`(value: String, id: String?)
    {
        #expect(placed(#"{"order":\#(value)}"#) == (id.map { .placed($0) } ?? .doubt))
    }

    @Test func `an id that was kept with its decimals is found without them`() throws {
        #expect(try statuses(#"{"23501":{"status":"Pending"}}"#, of: ["23501.0"]) == ["Pending"])
        #expect(
            try statuses(#"[{"order":23501.0,"status":"Pending"}]"#, of: ["23501.0", "7"])
                == ["Pending", "missing"])
    }

    @Test(arguments: [
        (#""1.000""#, "1.000"), (#""1,5""#, "1,5"), ("NaN", "NaN"), (#""12 of 50""#, "12 of 50"),
        (#""Unknown""#, nil), (#""""#, nil), ("null", nil), (#""-3""#, nil), ("7", nil),
        (#""Remains""#, nil), (#""1.5""#, nil), (#""99999999999999999999""#, nil),
        (#""1 000""#, "1 000"), (#""1.000.000""#, "1.000.000"),
    ])
    func `remains that cannot be read differ from remains that are not known`(
        value: String, unreadable: String?
    ) throws {
        let report = try report(#"{"status":"Partial","remains":\#(value),"charge":"0.5"}"#)
        #expect(report.unreadableRemains == unreadable)
        #expect(report.unreadableCharge == nil)
    }

    @Test(arguments: [(#""$9.00""#, "$9.00"), (#""0,90""#, "0,90"), (#""free""#, nil), ("1", nil)])
    func `a charge that cannot be read is reported`(value: String, unreadable: String?) throws {
        let report = try report(#"{"status":"Completed","charge":\#(value)}"#)
        #expect(report.unreadableCharge == unreadable)
    }

    @Test func `a balance with a currency sign is quoted in the message`() {
        guard case .failure(let failure) = endpoint.balance(in: .reply(#"{"balance":"$12.50"}"#))
        else {
            Issue.record("it was read")
            return
        }
        #expect(failure.description.contains(#"its balance is "$12.50", which is no plain amount"#))
    }
}
