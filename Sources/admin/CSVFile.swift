import ArgumentParser
import Failures
import Glibc

/// A CSV file that a person or a spreadsheet made, read strictly: nothing is guessed or skipped.
///
/// The first line names the columns, in any order. Commas separate fields; a quotation mark stands
/// only around a field, or doubled in it (RFC 4180); lines end with LF or CRLF. A byte order mark
/// and empty lines are ignored. The `'` with which our reports keep a text from being a formula is
/// removed again, so that rows of a report can be used as they are.
struct CSVFile {
    /// The rows below the names of the columns.
    let rows: [Row]
    let path: String

    struct Row {
        /// The line of the file on which it begins, from 1.
        let line: Int
        fileprivate let fields: [String: String]

        /// A field's text; nil if it is empty or there is no such column.
        subscript(column: String) -> String? {
            fields[column].flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - columns: the columns that it must have.
    ///   - optional: the columns that it may have.
    /// - Throws: `ValidationError` if it cannot be read, lacks a column, or has an unknown one.
    init(at path: String, columns: [String], optional: [String] = []) throws {
        guard let bytes = SmallFile.bytes(at: path) else {
            let words = SystemWords(errno)
            throw ValidationError(
                "\(path) cannot be read: \(words.cause); nothing was dropped; \(words.cure).")
        }
        do {
            try self.init(bytes, path, columns, optional)
        } catch let mistake as CSVMistake {
            throw ValidationError(
                "\(path):\(mistake.line): \(mistake.reason); nothing was dropped.")
        }
    }

    private init(
        _ bytes: [UInt8], _ path: String, _ columns: [String], _ optional: [String]
    ) throws {
        self.path = path
        var reader = CSVReader(bytes)
        guard let header = try reader.next() else {
            throw CSVMistake(
                line: 1, reason: "the file is empty; its first line must name the columns")
        }
        let wanted = columns + optional
        if header.fields.count == 1, header.fields[0].contains(";") {
            throw CSVMistake(
                line: 1, reason: "columns must be separated by commas, not by semicolons")
        }
        for name in header.fields where !wanted.contains(name) {
            throw CSVMistake(
                line: header.line,
                reason:
                    "\"\(name)\" is no column; it must be one of \(wanted.joined(separator: ", "))")
        }
        for name in columns where !header.fields.contains(name) {
            throw CSVMistake(line: header.line, reason: "the column \(name) is missing")
        }
        guard Set(header.fields).count == header.fields.count else {
            throw CSVMistake(line: header.line, reason: "a column is there twice")
        }
        var rows: [Row] = []
        while let record = try reader.next() {
            guard record.fields.count == header.fields.count else {
                throw CSVMistake(
                    line: record.line,
                    reason: "it has \(record.fields.count) fields, the first line has "
                        + "\(header.fields.count)")
            }
            let pairs = zip(header.fields, record.fields.map(Self.withoutPrefix))
            rows.append(Row(line: record.line, fields: Dictionary(uniqueKeysWithValues: pairs)))
        }
        guard !rows.isEmpty else {
            throw CSVMistake(line: header.line, reason: "no line follows the names of the columns")
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

    /// Reads each row.
    ///
    /// - Parameter read: throws an error whose description is a sentence.
    /// - Returns: the value of each row.
    /// - Throws: `ValidationError` with a line for each row that cannot be read.
    func map<Value>(_ read: (Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        var mistakes: [String] = []
        for row in rows {
            do {
                values.append(try read(row))
            } catch {
                mistakes.append("\(path):\(row.line): \(Self.words(of: error))")
            }
        }
        guard !mistakes.isEmpty else { return values }
        let more = mistakes.count - Self.shown
        throw ValidationError(
            (mistakes.prefix(Self.shown) + (more > 0 ? ["and \(more) more"] : [])
                + ["Nothing was dropped."])
                .joined(separator: "\n"))
    }

    /// Reads each row like `map`, and refuses a second row about the same thing.
    ///
    /// - Parameters:
    ///   - read: throws an error whose description is a sentence.
    ///   - subject: the subject of a row: a key to compare, and a name for people.
    /// - Returns: the value of each row.
    /// - Throws: what `map` throws.
    func mapDistinct<Value, Key: Hashable>(
        _ read: (Row) throws -> Value, subject: (Value) -> (key: Key, name: String)
    ) throws -> [Value] {
        var seen: [Key: Int] = [:]
        return try map { row in
            let value = try read(row)
            let (key, name) = subject(value)
            if let line = seen.updateValue(row.line, forKey: key) {
                throw ValidationError("\(name) is on line \(line) already.")
            }
            return value
        }
    }

    private static func words(of error: any Error) -> String {
        (error as? ValidationError)?.message ?? "\(error)"
    }
}

extension CSVFile.Row {
    /// The value of a field that must be there.
    func required<Value>(
        _ column: String, _ read: (String) throws -> Value
    ) throws -> Value {
        guard let value = try optional(column, read) else {
            throw ValidationError("\(column) is missing.")
        }
        return value
    }

    /// The value of a field, if it is there.
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

/// Why a file is no CSV that we read, and on which line.
private struct CSVMistake: Error {
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
    mutating func next() throws(CSVMistake) -> (line: Int, fields: [String])? {
        while isAtLineEnd { skipLineEnd() }
        guard !rest.isEmpty else { return nil }
        let first = line
        var fields = [try field()]
        while rest.first == UInt8(ascii: ",") {
            rest.removeFirst()
            fields.append(try field())
        }
        guard rest.isEmpty || isAtLineEnd else {
            throw CSVMistake(
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

    private mutating func field() throws(CSVMistake) -> String {
        guard rest.first == UInt8(ascii: "\"") else {
            let plain = rest.prefix {
                $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 != 0x0A && $0 != 0x0D
            }
            rest = rest[plain.endIndex...]
            guard rest.first != UInt8(ascii: "\"") else {
                throw CSVMistake(
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
        throw CSVMistake(line: line, reason: "a quoted field does not end")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(CSVMistake) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CSVMistake(line: line, reason: "it is not UTF-8; save the file as UTF-8")
        }
        return text
    }
}
