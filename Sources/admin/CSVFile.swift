import ArgumentParser
import Failures
import Glibc

/// A CSV file that a person or a spreadsheet made, read strictly: nothing of it is guessed or passed over.
///
/// The first line names the columns, in any order. Fields are separated by commas, a quotation mark stands
/// only around a field or doubled in it (RFC 4180); lines end with LF or CRLF; a byte order mark and lines
/// without a character are left out. The `'` by which our reports keep a text from being a formula is taken
/// away again, so that a report's rows can be given back.
struct CSVFile {
    /// Below the first.
    let rows: [Row]
    let path: String

    struct Row {
        /// The line of the file on which it begins, from 1.
        let line: Int
        fileprivate let fields: [String: String]

        /// A field's text; nil where it is empty or there is no such column.
        subscript(column: String) -> String? {
            fields[column].flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// - Throws: `ValidationError` where it cannot be read, or lacks or has columns that it must not.
    init(at path: String, columns: [String], optional: [String] = []) throws {
        guard let bytes = SmallFile.bytes(at: path) else {
            let words = SystemWords(errno)
            throw ValidationError(
                "\(path) cannot be read: \(words.cause); nothing was dropped; \(words.cure).")
        }
        do {
            try self.init(bytes, path, columns, optional)
        } catch let fault as CSVFault {
            throw ValidationError("\(path):\(fault.line): \(fault.reason); nothing was dropped.")
        }
    }

    private init(
        _ bytes: [UInt8], _ path: String, _ columns: [String], _ optional: [String]
    ) throws {
        self.path = path
        var reader = CSVReader(bytes)
        guard let header = try reader.next() else {
            throw CSVFault(
                line: 1, reason: "the file is empty; its first line must name the columns")
        }
        let wanted = columns + optional
        if header.fields.count == 1, header.fields[0].contains(";") {
            throw CSVFault(
                line: 1, reason: "columns must be separated by commas, not by semicolons")
        }
        for name in header.fields where !wanted.contains(name) {
            throw CSVFault(
                line: header.line,
                reason:
                    "\"\(name)\" is no column; it must be one of \(wanted.joined(separator: ", "))")
        }
        for name in columns where !header.fields.contains(name) {
            throw CSVFault(line: header.line, reason: "the column \(name) is missing")
        }
        guard Set(header.fields).count == header.fields.count else {
            throw CSVFault(line: header.line, reason: "a column is there twice")
        }
        var rows: [Row] = []
        while let record = try reader.next() {
            guard record.fields.count == header.fields.count else {
                throw CSVFault(
                    line: record.line,
                    reason: "it has \(record.fields.count) fields, the first line has "
                        + "\(header.fields.count)")
            }
            let pairs = zip(header.fields, record.fields.map(Self.withoutPrefix))
            rows.append(Row(line: record.line, fields: Dictionary(uniqueKeysWithValues: pairs)))
        }
        guard !rows.isEmpty else {
            throw CSVFault(line: header.line, reason: "no line follows the names of the columns")
        }
        self.rows = rows
    }

    private static func withoutPrefix(_ text: String) -> String {
        guard text.first == "'", let next = text.dropFirst().unicodeScalars.first else {
            return text
        }
        return "=+-@\t\r".unicodeScalars.contains(next) ? String(text.dropFirst()) : text
    }

    /// The most mistakes that are shown at once.
    private static let shown = 20

    /// What `read` makes of each row.
    ///
    /// - Parameter read: throws an error whose description is a sentence.
    /// - Throws: `ValidationError` with a line for each row of which it can make nothing.
    func map<Value>(_ read: (Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        var faults: [String] = []
        for row in rows {
            do {
                values.append(try read(row))
            } catch {
                faults.append("\(path):\(row.line): \(Self.words(of: error))")
            }
        }
        guard !faults.isEmpty else { return values }
        let more = faults.count - Self.shown
        throw ValidationError(
            (faults.prefix(Self.shown) + (more > 0 ? ["and \(more) more"] : [])
                + ["Nothing was dropped."])
                .joined(separator: "\n"))
    }

    private static func words(of error: any Error) -> String {
        (error as? ValidationError)?.message ?? "\(error)"
    }
}

extension CSVFile.Row {
    /// What `read` makes of a field that must be there.
    func required<Value>(
        _ column: String, _ read: (String) throws -> Value
    ) throws -> Value {
        guard let value = try optional(column, read) else {
            throw ValidationError("\(column) is missing.")
        }
        return value
    }

    /// What `read` makes of a field, if it is there.
    func optional<Value>(
        _ column: String, _ read: (String) throws -> Value
    ) throws -> Value? {
        guard let text = self[column] else { return nil }
        do {
            return try read(text)
        } catch {
            let words = (error as? ValidationError)?.message ?? "\(error)"
            throw ValidationError("\(column) \"\(text)\": \(words)")
        }
    }
}

/// Why a file is no CSV, and on which line.
private struct CSVFault: Error {
    let line: Int
    let reason: String
}

/// Reads one record after the other.
private struct CSVReader {
    private var rest: ArraySlice<UInt8>
    private var line = 1

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    }

    /// Nil at the end.
    mutating func next() throws(CSVFault) -> (line: Int, fields: [String])? {
        while isAtLineEnd { skipLineEnd() }
        guard !rest.isEmpty else { return nil }
        let first = line
        var fields = [try field()]
        while rest.first == UInt8(ascii: ",") {
            rest.removeFirst()
            fields.append(try field())
        }
        guard rest.isEmpty || isAtLineEnd else {
            throw CSVFault(
                line: line,
                reason: rest.first == 0x0D
                    ? "a line must end with LF or CRLF, not with CR alone"
                    : "text follows a closing quotation mark")
        }
        if isAtLineEnd { skipLineEnd() }
        return (first, fields)
    }

    private var isAtLineEnd: Bool { rest.first == 0x0A || rest.starts(with: [0x0D, 0x0A]) }

    private mutating func skipLineEnd() {
        rest = rest.dropFirst(rest.first == 0x0A ? 1 : 2)
        line += 1
    }

    private mutating func field() throws(CSVFault) -> String {
        guard rest.first == UInt8(ascii: "\"") else {
            let plain = rest.prefix {
                $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 != 0x0A && $0 != 0x0D
            }
            rest = rest[plain.endIndex...]
            guard rest.first != UInt8(ascii: "\"") else {
                throw CSVFault(
                    line: line, reason: "a quotation mark stands in the middle of a field")
            }
            return try text(plain)
        }
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                guard rest.first == UInt8(ascii: "\"") else { return try text(bytes[...]) }
                rest.removeFirst()
            }
            if byte == 0x0A { line += 1 }
            bytes.append(byte)
        }
        throw CSVFault(line: line, reason: "a quoted field does not end")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(CSVFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CSVFault(line: line, reason: "it is not UTF-8; save the file as UTF-8")
        }
        return text
    }
}
