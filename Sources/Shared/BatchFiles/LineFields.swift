import Identity
import Money
import StrictJSON
import Timestamps

/// The members of one line's object. A reader takes out the keys that it knows, one by one; a key
/// that is left at the end is unknown.
///
/// `read` throws only if the file itself is broken. A value of the wrong kind is a `Rejection` of
/// its line alone. Each taker returns nil if the line does not have the key.
package struct LineFields {
    private enum Value {
        case text(String)
        case number(JSONNumber)
        case list([String])
        case other(String)

        /// For a sentence that says what was found.
        var found: String {
            switch self {
            case .text: "text"
            case .number(let number): number.text.count > 24 ? "a long number" : number.text
            case .list: "a list"
            case .other(let kind): kind
            }
        }
    }

    private var members: [(key: String, value: Value)] = []
    private var isObject = true

    package init() {}

    /// Reads the next value of `reader`, in place of the line before: one `LineFields` serves a
    /// whole file.
    ///
    /// - Parameter reader: stands before the line.
    /// - Throws: `JSONError`, and what the file's source throws.
    package mutating func read(from reader: inout JSONReader) throws {
        members.removeAll(keepingCapacity: true)
        isObject = try reader.peek() == .object
        guard isObject else { return try reader.skip() }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            members.append((key, try Self.value(from: &reader)))
        }
    }

    private static func value(from reader: inout JSONReader) throws -> Value {
        switch try reader.peek() {
        case .string: return .text(try reader.string())
        case .number: return .number(try reader.number())
        case .array: return try list(from: &reader)
        case let kind:
            try reader.skip()
            return .other("\(kind)")
        }
    }

    private static func list(from reader: inout JSONReader) throws -> Value {
        var entries: [String] = []
        var length = 0
        var problem: String?
        try reader.beginArray()
        while try reader.nextElement() {
            if problem == nil, try reader.peek() != .string {
                problem = "a list of other things than text"
            }
            guard problem == nil else {
                try reader.skip()
                continue
            }
            entries.append(try reader.string())
            length += entries[entries.count - 1].utf8.count + 1
            if length > Text.longestList {
                problem = "one of more than \(Text.longestList) bytes"
            }
        }
        return problem.map { .other($0) } ?? .list(entries)
    }
}

extension LineFields {
    /// The keys that were not taken yet.
    package var remaining: [String] { members.map(\.key) }

    /// Refuses a line that is not an object.
    package func checkIsObject() throws(Rejection) {
        guard isObject else { throw Rejection(.badValue, "a line must be an object") }
    }

    /// Refuses a line with keys that nobody took.
    package func checkNothingRemains() throws(Rejection) {
        guard let key = members.first?.key else { return }
        throw Rejection(.unknownField, "\(key.prefix(64).debugDescription) does not belong here")
    }

    private mutating func take(_ key: String) -> Value? {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        return members.remove(at: index).value
    }

    private func bad(_ key: String, _ wanted: String, _ value: Value) -> Rejection {
        Rejection(.badValue, "\(key) must be \(wanted), not \(value.found)")
    }

    /// One line of visible text.
    ///
    /// - Parameters:
    ///   - key: the text's key.
    ///   - longest: the most characters.
    ///   - isTrimmed: whether blanks and invisible characters at its ends are dropped.
    /// - Returns: the text, or nil.
    /// - Throws: `Rejection`.
    package mutating func text(
        _ key: String, longest: Int = Text.longestName, isTrimmed: Bool = false
    ) throws(Rejection) -> String? {
        guard let value = take(key) else { return nil }
        guard case .text(let whole) = value else { throw bad(key, "text", value) }
        let text = isTrimmed ? whole.trimmed : whole
        guard whole.isEmpty || !text.isInvisible else {
            throw Rejection(
                .badValue, "\(key) shows nothing: it holds only blanks or invisible characters")
        }
        guard !text.isEmpty, Text.isOneLine(text, longest: longest) else {
            throw Rejection(.badValue, "\(key) must be one line of 1 to \(longest) characters")
        }
        return text
    }

    /// A JSON integer; `"1000"`, `1e3` and `1000.0` are refused.
    package mutating func integer(_ key: String) throws(Rejection) -> Int64? {
        guard let value = take(key) else { return nil }
        guard case .number(let number) = value, let integer = number.integer else {
            throw bad(key, "a whole number without quotes, point or exponent", value)
        }
        return integer
    }

    /// A whole number from 1, such as the number of an order.
    package mutating func positiveInteger(_ key: String) throws(Rejection) -> Int64? {
        guard let number = try integer(key) else { return nil }
        guard number > 0 else { throw Rejection(.badValue, "\(key) must be greater than zero") }
        return number
    }

    /// A decimal, as text or as a number.
    mutating func decimal(_ key: String) throws(Rejection) -> String? {
        guard let value = take(key) else { return nil }
        switch value {
        case .text(let text): return text
        case .number(let number): return number.text
        default: throw bad(key, "a decimal number", value)
        }
    }

    package mutating func amount(_ key: String) throws(Rejection) -> Amount? {
        guard let text = try decimal(key) else { return nil }
        return try Text.amount(key, text)
    }

    /// An amount greater than zero.
    package mutating func positiveAmount(_ key: String) throws(Rejection) -> Amount? {
        guard let amount = try amount(key) else { return nil }
        guard amount > .zero else { throw Rejection(.badValue, "\(key) must be greater than zero") }
        return amount
    }

    /// An amount of money that comes in: greater than zero, and limited.
    package mutating func incomingAmount(_ key: String) throws(Rejection) -> Amount? {
        guard let amount = try positiveAmount(key) else { return nil }
        try Text.checkIncoming(key, amount)
        return amount
    }

    /// A price per thousand.
    package mutating func rate(_ key: String) throws(Rejection) -> Rate? {
        guard let text = try decimal(key) else { return nil }
        do {
            return try Rate(parsing: text)
        } catch {
            throw Rejection(.badValue, "\(key) \(error)")
        }
    }

    package mutating func moment(_ key: String) throws(Rejection) -> Timestamp? {
        guard let text = try text(key) else { return nil }
        guard let moment = Timestamp(parsing: text) else {
            throw Rejection(
                .badValue, "\(key) must be a time in UTC such as 2026-11-23T10:00:00Z")
        }
        return moment
    }

    /// The name of a user, as `UserNameRule` allows it.
    package mutating func userName(_ key: String) throws(Rejection) -> String? {
        guard let text = try text(key) else { return nil }
        guard UserNameRule.allows(text) else {
            throw Rejection(.badValue, "\(key) must be \(UserNameRule.words)")
        }
        return text
    }

    /// One of a few words.
    package mutating func word(
        _ key: String, among words: [String]
    ) throws(Rejection) -> String? {
        guard let text = try text(key) else { return nil }
        guard words.contains(text) else {
            throw Rejection(.badValue, "\(key) must be \(words.joined(separator: " or "))")
        }
        return text
    }

    /// A percentage from 0 to 100.
    package mutating func percent(_ key: String) throws(Rejection) -> Percent? {
        guard let text = try decimal(key) else { return nil }
        guard let percent = try? Percent(parsing: text), percent <= .hundred else {
            throw Rejection(.badValue, "\(key) must be a percentage from 0 to 100")
        }
        return percent
    }

    /// The currency of a payment, in upper or lower case.
    ///
    /// - Parameters:
    ///   - key: the currency's key.
    ///   - known: the currencies that can be turned into the house's.
    /// - Returns: the currency, or nil.
    /// - Throws: `Rejection` for any other.
    package mutating func currency(
        _ key: String, among known: [Currency]
    ) throws(Rejection) -> Currency? {
        guard let text = try text(key) else { return nil }
        let code = Spelling(ofPayment: text).key.uppercased()
        guard let currency = known.first(where: { $0.code == code }) else {
            throw Rejection(
                .badValue,
                "\(key) is \(text.debugDescription); it must be one that has an exchange rate "
                    + "here: " + known.map(\.code).joined(separator: ", "))
        }
        return currency
    }

    /// The lines of a list, given as an array of texts or as one newline-joined text. Blank lines
    /// do not count (provider-api.md §4).
    ///
    /// - Parameters:
    ///   - key: the list's key.
    ///   - undoingEscapes: whether a literal `\n` ends a line too.
    /// - Returns: the lines, at least one, or nil.
    /// - Throws: `Rejection`.
    package mutating func list(_ key: String, undoingEscapes: Bool) throws(Rejection) -> [String]? {
        guard let value = take(key) else { return nil }
        let texts: [String]
        switch value {
        case .text(let text): texts = [text]
        case .list(let list): texts = list
        default: throw bad(key, "a list of text", value)
        }
        var lines: [String] = []
        for text in texts { lines += Text.lines(of: text, undoingEscapes: undoingEscapes) }
        guard !lines.isEmpty else { throw Rejection(.badValue, "\(key) must not be empty") }
        return lines
    }
}

/// The value of a key that a line must have.
///
/// - Parameters:
///   - value: what a taker of `LineFields` returned.
///   - key: for the sentence that says what is missing.
/// - Returns: the value.
/// - Throws: `Rejection`: `MISSING_FIELD`.
///
/// It is inlined because it is called three times an order, from another module, where a generic
/// call would look up its type at run time.
@inlinable
package func required<T>(_ value: T?, _ key: String) throws(Rejection) -> T {
    guard let value else { throw missing(key) }
    return value
}

@usableFromInline func missing(_ key: String) -> Rejection {
    Rejection(.missingField, "\(key) is missing")
}
