import Identity
import Money
import StrictJSON

/// What a file says of itself, and where its arrays stand: the result of one strict pass over all
/// of its bytes.
///
/// Its lines are read in a second pass, in our order, so the order of its keys does not matter.
package struct BatchOutline: Sendable {
    package private(set) var batch: String?
    package private(set) var count: Int64?
    package private(set) var total: Amount?
    package private(set) var allOrNothing = false
    /// What to do with orders for links that open orders have, unless the settings are stricter.
    package private(set) var duplicateLinks: DuplicateLinks?
    /// Who dropped a desk file.
    package private(set) var by: String?
    /// Why they did.
    package private(set) var why: String?
    package private(set) var arrays: [LineKind: Extent] = [:]

    package init() {}

    /// One array of a file.
    package struct Extent: Sendable {
        /// Where its `[` stands, in bytes.
        package let offset: Int
        package let lines: Int
    }

    package var lines: Int { arrays.values.reduce(0) { $0 + $1.lines } }
}

extension BatchOutline {
    /// What one reading of a file finds.
    package enum Finding: Sendable {
        case outline(BatchOutline)
        /// The file as a whole is wrong.
        case rejected(Rejection)
        /// It is only the beginning of a JSON document, which more bytes could make whole.
        case endsEarly
    }

    /// Reads the file once, from end to end.
    ///
    /// - Parameter file: the file.
    /// - Returns: its outline.
    /// - Throws: `Rejection` if the file as a whole is wrong; what its source throws.
    package static func read(_ file: BatchFile) throws -> BatchOutline {
        var reader = try file.reader()
        do {
            return try read(&reader, of: file)
        } catch let error as JSONError {
            throw try rejection(of: file, error)
        }
    }

    /// Reads a file that may not be whole yet.
    ///
    /// - Parameter file: the file.
    /// - Returns: what it is.
    /// - Throws: what its source throws.
    package static func find(in file: BatchFile) throws -> Finding {
        var reader = try file.reader()
        do {
            return .outline(try read(&reader, of: file))
        } catch let error as JSONError {
            return reader.endsEarly ? .endsEarly : .rejected(try rejection(of: file, error))
        } catch let rejection as Rejection {
            // What is wrong in it so far may be another matter once it is whole.
            return try file.endsEarly() ? .endsEarly : .rejected(rejection)
        }
    }

    private static func rejection(of file: BatchFile, _ error: JSONError) throws -> Rejection {
        Rejection(.badJSON, try ForeignFormat.complaint(about: file) ?? "\(error)")
    }

    private static func read(
        _ reader: inout JSONReader, of file: BatchFile
    ) throws -> BatchOutline {
        var outline = BatchOutline()
        guard try reader.peek() == .object else {
            throw Rejection(
                .badJSON,
                try ForeignFormat.complaint(about: file) ?? "the file must hold one JSON object")
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            try outline.take(key, from: &reader, in: file.form)
        }
        try reader.end()
        return outline
    }

    private mutating func take(
        _ key: String, from reader: inout JSONReader, in form: FileForm
    ) throws {
        let isDesk = form == .desk
        switch key {
        case "batch": batch = try name(key, from: &reader)
        case "count" where !isDesk: count = try integer(key, from: &reader)
        case "total" where !isDesk: total = try amount(key, from: &reader)
        case "all_or_nothing" where !isDesk:
            guard try reader.peek() == .bool else { throw bad(key, "true or false") }
            allOrNothing = try reader.bool()
        case "duplicate_links" where !isDesk: duplicateLinks = try word(key, from: &reader)
        case "by" where isDesk: by = try name(key, from: &reader)
        case "why" where isDesk: why = try name(key, from: &reader)
        default:
            guard let kind = form.kinds.first(where: { $0.rawValue == key }) else {
                throw Rejection(
                    .unknownField, "\(key.debugDescription) is not a key of such a file")
            }
            arrays[kind] = try extent(key, from: &reader)
        }
    }

    private func extent(_ key: String, from reader: inout JSONReader) throws -> Extent {
        guard try reader.peek() == .array else { throw bad(key, "an array") }
        let offset = reader.offset
        var lines = 0
        try reader.beginArray()
        while try reader.nextElement() {
            try reader.skip()
            lines += 1
        }
        return Extent(offset: offset, lines: lines)
    }

    private func name(_ key: String, from reader: inout JSONReader) throws -> String {
        guard try reader.peek() == .string else { throw bad(key, "text") }
        let text = try reader.string()
        guard !text.isInvisible, Text.isOneLine(text, longest: Text.longestName) else {
            throw bad(key, "one line of 1 to \(Text.longestName) characters that shows something")
        }
        return text
    }

    private func word(
        _ key: String, from reader: inout JSONReader
    ) throws -> DuplicateLinks {
        let words = DuplicateLinks.allCases.map(\.rawValue).joined(separator: ", ")
        guard try reader.peek() == .string,
            let word = DuplicateLinks(rawValue: try reader.string())
        else { throw bad(key, "one of \(words)") }
        return word
    }

    private func integer(_ key: String, from reader: inout JSONReader) throws -> Int64 {
        guard try reader.peek() == .number, let value = try reader.number().integer else {
            throw bad(key, "a whole number")
        }
        return value
    }

    private func amount(_ key: String, from reader: inout JSONReader) throws -> Amount {
        switch try reader.peek() {
        case .string: try Text.amount(key, reader.string())
        case .number: try Text.amount(key, reader.number().text)
        default: throw bad(key, "an amount")
        }
    }

    private func bad(_ key: String, _ wanted: String) -> Rejection {
        Rejection(.badValue, "\(key) must be \(wanted)")
    }
}
