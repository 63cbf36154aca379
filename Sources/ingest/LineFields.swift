import Identity
import Ledger
import Money
import StrictJSON
import Timestamps

/// The members of one line's object, taken out one by one by whoever knows what they mean. What is
/// left at the end is unknown.
///
/// Reading fails only for what is wrong with the file; a value of the wrong kind is a
/// `Rejection` of its line alone.
struct LineFields {
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

    /// Reads the next value of `reader`. The storage is used again from line to line.
    mutating func read(from reader: inout JSONReader) throws {
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
        var fault: String?
        try reader.beginArray()
        while try reader.nextElement() {
            if fault == nil, try reader.peek() != .string {
                fault = "a list of other things than text"
            }
            guard fault == nil else {
                try reader.skip()
                continue
            }
            entries.append(try reader.string())
            length += entries[entries.count - 1].utf8.count + 1
            if length > Text.longestList { fault = "one of more than \(Text.longestList) bytes" }
        }
        return fault.map { .other($0) } ?? .list(entries)
    }
}

extension LineFields {
    /// The keys that were not taken yet.
    var remaining: [String] { members.map(\.key) }

    /// Refuses a line that is not an object.
    func checkIsObject() throws(Rejection) {
        guard isObject else { throw Rejection(.badValue, "a line must be an object") }
    }

    /// Refuses a line of which something is left.
    func checkNothingRemains() throws(Rejection) {
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

    /// One line of text that shows something.
    ///
    /// - Parameter isTrimmed: whether blanks and invisible characters at its ends are dropped.
    mutating func text(
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

    /// A JSON integer: `"1000"`, `1e3` and `1000.0` are none.
    mutating func integer(_ key: String) throws(Rejection) -> Int64? {
        guard let value = take(key) else { return nil }
        guard case .number(let number) = value, let integer = number.integer else {
            throw bad(key, "a whole number without quotes, point or exponent", value)
        }
        return integer
    }

    /// The row number of something of ours.
    mutating func identifier<S>(_ key: String) throws(Rejection) -> Identifier<S>? {
        guard let number = try integer(key) else { return nil }
        guard number > 0 else { throw Rejection(.badValue, "\(key) must be greater than zero") }
        return Identifier(number)
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

    mutating func amount(_ key: String) throws(Rejection) -> Amount? {
        guard let text = try decimal(key) else { return nil }
        return try Text.amount(key, text)
    }

    /// An amount greater than zero.
    mutating func positiveAmount(_ key: String) throws(Rejection) -> Amount? {
        guard let amount = try amount(key) else { return nil }
        guard amount > .zero else { throw Rejection(.badValue, "\(key) must be greater than zero") }
        return amount
    }

    /// The same of money that comes in, which has a limit.
    mutating func incomingAmount(_ key: String) throws(Rejection) -> Amount? {
        guard let amount = try positiveAmount(key) else { return nil }
        try Text.checkIncoming(key, amount)
        return amount
    }

    mutating func rate(_ key: String) throws(Rejection) -> Rate? {
        guard let text = try decimal(key) else { return nil }
        do {
            return try Rate(parsing: text)
        } catch {
            throw Rejection(.badValue, "\(key) \(error)")
        }
    }

    mutating func moment(_ key: String) throws(Rejection) -> Timestamp? {
        guard let text = try text(key) else { return nil }
        guard let moment = Timestamp(parsing: text) else {
            throw Rejection(
                .badValue, "\(key) must be a time in UTC such as 2026-11-23T10:00:00Z")
        }
        return moment
    }

    mutating func user(_ key: String = "user") throws(Rejection) -> UserID? {
        guard let text = try text(key) else { return nil }
        guard let user = UserID(rawValue: text) else {
            throw Rejection(
                .badValue,
                "\(key) must be 1 to 32 of a-z 0-9 _ -, beginning with a letter or digit, "
                    + "and not \"\(UserID.reserved)\"")
        }
        return user
    }

    /// The lines of a list, given as an array of text or as one newline-joined text. Blank lines
    /// do not count (provider-api.md §4).
    mutating func list(_ key: String, undoingEscapes: Bool) throws(Rejection) -> [String]? {
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

/// A value that a line must have.
func required<T>(_ value: T?, _ key: String) throws(Rejection) -> T {
    guard let value else { throw Rejection(.missingField, "\(key) is missing") }
    return value
}
