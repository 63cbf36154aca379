import Ledger
import Money
import TestSupport
import Testing
import Timestamps

@testable import ReportStage

@Suite struct CSVWriterTests {
    @Test(arguments: [
        ("=1+2", "'=1+2"), ("+49 30 1", "'+49 30 1"), ("-5", "'-5"), ("@sum", "'@sum"),
        ("\tx", "'\tx"), ("\rx", "\"'\rx\""), ("=\"a\",b", "\"'=\"\"a\"\",b\""),
        ("'=1", "'=1"), ("a=1", "a=1"), (" =1", " =1"), ("", ""),
        ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""),
        ("naïve 🎉", "naïve 🎉"),
    ])
    func `no text is a formula, and fields are quoted as RFC 4180 says`(
        text: String, cell: String
    ) throws {
        var csv = CSVWriter()
        csv.text(text)
        csv.endLine()
        #expect(String(decoding: csv.bytes, as: UTF8.self) == "\(cell)\r\n")
        let isPrefixed = cell.contains("'") && !text.hasPrefix("'")
        #expect(try rows(ofCSV: "\(cell)\r\n") == [[isPrefixed ? "'\(text)" : text]])
    }

    @Test func `amounts and times are written in their own format`() {
        var random = Seeded()
        let values =
            [0, 1, -1, 999_999, -1_000_000, .max, .min] + (0..<500).map { _ in random.integer() }
        for value in values {
            #expect(written(value, .amount) == "\(Amount(micros: value))", "SEED=\(random.seed)")
            #expect(written(value, .integer) == "\(value)", "SEED=\(random.seed)")
        }
        for _ in 0..<500 {
            let moment = Int64.random(in: 0...253_402_300_799_999, using: &random)
            let timestamp = Timestamp(milliseconds: moment)
            #expect(written(moment, .time) == "\(timestamp)", "SEED=\(random.seed)")
            #expect(written(moment / 86_400_000, .day) == timestamp.day, "SEED=\(random.seed)")
        }
    }

    private func written(_ value: Int64, _ kind: ReportColumn.Kind) -> String {
        var csv = CSVWriter()
        csv.cell(value, kind)
        return String(decoding: csv.bytes, as: UTF8.self)
    }
}
