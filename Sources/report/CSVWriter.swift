import Ledger
import Money
import Spool
import Timestamps

/// Writes CSV into memory by RFC 4180: fields in quotation marks where they must be, CRLF at the end
/// of every line. Digits go straight into the buffer: no text is made for a number or a time.
struct CSVWriter {
    private(set) var bytes: [UInt8] = []
    private var isAtLineStart = true
    /// The text of each day met, because the same days come again in row after row.
    private var days: [Int64: [UInt8]] = [:]

    /// How much is kept before it is written, in bytes.
    private static let pieceBytes = 1 << 16

    mutating func header(_ columns: some Sequence<ReportColumn>) {
        for column in columns { text(column.name) }
        endLine()
    }

    /// The columns of a row; each stands in it at its index.
    mutating func row(_ row: ReportRow, _ columns: ArraySlice<ReportColumn>) {
        for index in columns.indices {
            if columns[index].kind == .text {
                cell(row.text(index))
            } else {
                cell(row.integer(index), columns[index].kind)
            }
        }
        endLine()
    }

    /// A text of ours.
    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { cell($0) }
    }

    mutating func integer(_ value: Int64) {
        cell(value, .integer)
    }

    mutating func flag(_ value: Bool) {
        cell(value ? 1 : 0, .flag)
    }

    mutating func endLine() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        isAtLineStart = true
    }

    /// Writes what has come together, once it is worth a call.
    mutating func flush(to file: inout PieceWriter) throws {
        if bytes.count >= Self.pieceBytes { try finish(&file) }
    }

    /// Writes the rest.
    mutating func finish(_ file: inout PieceWriter) throws {
        try file.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    // MARK: Cells

    private mutating func separate() {
        if !isAtLineStart { bytes.append(UInt8(ascii: ",")) }
        isAtLineStart = false
    }

    private mutating func cell(_ text: UnsafeBufferPointer<UInt8>?) {
        separate()
        guard let text, let first = text.first else { return }
        let isFormula = Self.formulaStarts.contains(first)
        guard text.contains(where: Self.needsQuotes) else {
            if isFormula { bytes.append(UInt8(ascii: "'")) }
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in text {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// What makes a spreadsheet run a text instead of showing it (contract.md §5).
    private static let formulaStarts = Array("=+-@\t\r".utf8)

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0D || byte == 0x0A
    }

    mutating func cell(_ value: Int64?, _ kind: ReportColumn.Kind) {
        separate()
        guard let value else { return }
        switch kind {
        case .integer: decimal(value)
        case .amount: millionths(value)
        case .time: time(value)
        case .day: day(value)
        case .flag: bytes.append(contentsOf: (value == 0 ? "false" : "true").utf8)
        case .percent: bytes.append(contentsOf: Percent(micros: value).description.utf8)
        case .text: preconditionFailure("a text is no number")
        }
    }

    // MARK: Digits

    private mutating func decimal(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        digits(value.magnitude, atLeast: 1)
    }

    private mutating func millionths(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let (units, millionths) = value.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        digits(units, atLeast: 1)
        bytes.append(UInt8(ascii: "."))
        digits(millionths, atLeast: 6)
    }

    /// As `Timestamp` writes itself, to the second.
    private mutating func time(_ milliseconds: Int64) {
        let second = milliseconds / 1_000
        let ofDay = UInt64(second % 86_400)
        day(second / 86_400)
        bytes.append(UInt8(ascii: "T"))
        digits(ofDay / 3_600, atLeast: 2)
        bytes.append(UInt8(ascii: ":"))
        digits(ofDay / 60 % 60, atLeast: 2)
        bytes.append(UInt8(ascii: ":"))
        digits(ofDay % 60, atLeast: 2)
        bytes.append(UInt8(ascii: "Z"))
    }

    private mutating func day(_ day: Int64) {
        if days[day] == nil {
            days[day] = Array(Timestamp(milliseconds: day * 86_400_000).day.utf8)
        }
        bytes.append(contentsOf: days[day]!)
    }

    private mutating func digits(_ value: UInt64, atLeast width: Int) {
        let start = bytes.count
        var rest = value
        var count = 0
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
            count += 1
        } while rest > 0 || count < width
        bytes[start...].reverse()
    }
}
