import Ledger
import Spool
import Timestamps

/// Renders CSV in memory by RFC 4180: fields are quoted if they must be, and CRLF ends every line.
/// Digits go straight into the buffer; a number or a time never becomes a `String`.
///
/// Amounts and percentages always have six decimals. A spreadsheet whose locale separates thousands
/// by points reads `12.345` as twelve thousand, but never `12.345000`.
struct CSVWriter: ~Copyable {
    private var page = BytePage(capacity: pieceBytes + (1 << 12))
    private var isAtLineStart = true
    /// The day written last, and its text. The next day is usually the same.
    private var lastDay: (number: Int64, text: [UInt8]) = (.min, [])

    /// How many bytes to keep before writing them.
    private static let pieceBytes = 1 << 16

    /// - Parameter bom: begin with a byte order mark, by which spreadsheets recognize UTF-8.
    init(bom: Bool = false) {
        if bom { page.append([0xEF, 0xBB, 0xBF]) }
    }

    /// The bytes so far.
    var bytes: [UInt8] { page.bytes }

    mutating func header(_ columns: some Sequence<ReportColumn>) {
        for column in columns { text(column.name) }
        endLine()
    }

    /// Writes the values of a row.
    ///
    /// - Parameters:
    ///   - row: has a value at each index of `kinds`.
    ///   - kinds: the kind of each column.
    mutating func row(_ row: ReportRow, _ kinds: ArraySlice<ReportColumn.Kind>) {
        for index in kinds.indices {
            if kinds[index] == .text {
                cell(row.text(index))
            } else {
                cell(row.integer(index), kinds[index])
            }
        }
        endLine()
    }

    /// Writes one of our own texts.
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
        page.append(0x0D)
        page.append(0x0A)
        isAtLineStart = true
    }

    /// Writes the bytes so far, once it is worth a call.
    mutating func flush(to file: inout PieceWriter) throws {
        if page.count >= Self.pieceBytes { try finish(&file) }
    }

    /// Writes the rest.
    mutating func finish(_ file: inout PieceWriter) throws {
        try file.write(page.bytes)
        page.clear()
    }

    // MARK: Cells

    private mutating func separate() {
        if !isAtLineStart { page.append(UInt8(ascii: ",")) }
        isAtLineStart = false
    }

    private mutating func cell(_ text: UnsafeBufferPointer<UInt8>?) {
        separate()
        guard let text, let first = text.first else { return }
        let isFormula = Self.isFormulaStart(first)
        guard text.contains(where: Self.needsQuotes) else {
            if isFormula { page.append(UInt8(ascii: "'")) }
            page.append(text)
            return
        }
        page.append(UInt8(ascii: "\""))
        if isFormula { page.append(UInt8(ascii: "'")) }
        for byte in text {
            if byte == UInt8(ascii: "\"") { page.append(byte) }
            page.append(byte)
        }
        page.append(UInt8(ascii: "\""))
    }

    /// Whether a spreadsheet would run a text that begins so, instead of showing it (contract.md
    /// §5).
    private static func isFormulaStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D:
            true
        default: false
        }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0D || byte == 0x0A
    }

    mutating func cell(_ value: Int64?, _ kind: ReportColumn.Kind) {
        separate()
        guard let value else { return }
        switch kind {
        case .integer: page.decimal(value)
        case .amount, .percent: page.millionths(value)
        case .time: time(value)
        case .day: day(value)
        case .flag: page.append(value == 0 ? "false" : "true")
        case .text: preconditionFailure("a text is no number")
        }
    }

    /// Writes a time as `Timestamp` does, to the second.
    private mutating func time(_ milliseconds: Int64) {
        let second = milliseconds / 1_000
        let ofDay = UInt64(second % 86_400)
        day(second / 86_400)
        page.append(UInt8(ascii: "T"))
        page.digits(ofDay / 3_600, atLeast: 2)
        page.append(UInt8(ascii: ":"))
        page.digits(ofDay / 60 % 60, atLeast: 2)
        page.append(UInt8(ascii: ":"))
        page.digits(ofDay % 60, atLeast: 2)
        page.append(UInt8(ascii: "Z"))
    }

    private mutating func day(_ day: Int64) {
        if day != lastDay.number {
            lastDay = (day, Array(Timestamp(milliseconds: day * 86_400_000).day.utf8))
        }
        page.append(lastDay.text)
    }
}
