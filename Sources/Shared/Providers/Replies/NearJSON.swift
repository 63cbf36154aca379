import StrictJSON

/// Reads what panels send instead of JSON, item by item: one bad byte, number or row costs only
/// itself.
///
/// Only replies are read like this, and only if the strict reader refused them. What resellers send
/// is always read strictly. These faults are repaired:
///
/// * bytes that are not UTF-8, and control characters in a text;
/// * a bare word, or a number that JSON does not allow (`NaN`, `.5`, `007`): it becomes a text,
///   which every reader of figures then refuses or reads by its own rules;
/// * a comma before a closing bracket;
/// * a key that occurs twice: neither value is believed;
/// * an object in a list, or under a key, that breaks in the middle: reading goes on after it.
///
/// A document that ends early is never repaired.
struct NearJSON {
    /// The key under which a damaged object says what is wrong with it.
    static let damage = "\u{FFFD}"
    private static let deepest = 16
    /// The longest bare word, in bytes.
    private static let longestWord = 64

    private let bytes: [UInt8]
    private var index: Int
    private var depth = 0
    /// The members that were read of the object that broke last.
    private var salvaged: [JSONValue.Member] = []

    /// Reading cannot go on here.
    private struct Broken: Error {
        let reason: String
    }

    /// The first value in `bytes` from `start` on, and where it ends; nil if there is none.
    static func read(_ bytes: [UInt8], from start: Int) -> (value: JSONValue, end: Int)? {
        var reader = NearJSON(bytes: bytes, index: start)
        return (try? reader.value()).map { ($0, reader.index) }
    }

    private init(bytes: [UInt8], index: Int) {
        self.bytes = bytes
        self.index = index
    }

    private mutating func value() throws(Broken) -> JSONValue {
        switch next() {
        case UInt8(ascii: "{"): .object(try object())
        case UInt8(ascii: "["): .array(try array())
        case UInt8(ascii: "\""): .string(try string())
        default: try word()
        }
    }

    // MARK: Objects and lists

    private mutating func object() throws(Broken) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var places: [String: Int] = [:]
        do throws(Broken) {
            try open()
            while next() != UInt8(ascii: "}") {
                guard next() == UInt8(ascii: "\"") else { throw Broken(reason: "no key") }
                let key = try string()
                guard next() == UInt8(ascii: ":") else { throw Broken(reason: "no colon") }
                index += 1
                let value = try item(inObject: true)
                if let place = places[key] {
                    members[place] = JSONValue.Member(
                        key: key, value: .damaged([], "its key is there twice"))
                } else {
                    places[key] = members.count
                    members.append(JSONValue.Member(key: key, value: value))
                }
                try separate(before: UInt8(ascii: "}"))
            }
            close()
        } catch {
            salvaged = members
            throw error
        }
        return members
    }

    private mutating func array() throws(Broken) -> [JSONValue] {
        var elements: [JSONValue] = []
        try open()
        while next() != UInt8(ascii: "]") {
            elements.append(try item(inObject: false))
            try separate(before: UInt8(ascii: "]"))
        }
        close()
        return elements
    }

    /// A value; or, if an object breaks, the members that were read of it, with its damage.
    private mutating func item(inObject: Bool) throws(Broken) -> JSONValue {
        let isObject = next() == UInt8(ascii: "{")
        let depth = depth
        do throws(Broken) {
            return try value()
        } catch {
            guard isObject, let end = endOfBroken(inObject: inObject) else { throw error }
            self.depth = depth
            index = end
            return .damaged(salvaged, error.reason)
        }
    }

    /// Where the next item or the end of the list shows that the broken object has ended.
    private func endOfBroken(inObject: Bool) -> Int? {
        for end in index..<bytes.count where bytes[end] == UInt8(ascii: "}") {
            var after = behindSpace(end + 1)
            guard after < bytes.count else { return nil }
            if bytes[after] == UInt8(ascii: inObject ? "}" : "]") { return end + 1 }
            guard bytes[after] == UInt8(ascii: ",") else { continue }
            after = behindSpace(after + 1)
            guard after < bytes.count else { return nil }
            if inObject ? isMemberWithObject(at: after) : bytes[after] == UInt8(ascii: "{") {
                return end + 1
            }
        }
        return nil
    }

    /// Whether `"key": {` stands here.
    private func isMemberWithObject(at start: Int) -> Bool {
        guard bytes[start] == UInt8(ascii: "\""),
            let quote = bytes[(start + 1)...].prefix(Self.longestWord)
                .firstIndex(of: UInt8(ascii: "\""))
        else { return false }
        let colon = behindSpace(quote + 1)
        guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return false }
        let brace = behindSpace(colon + 1)
        return brace < bytes.count && bytes[brace] == UInt8(ascii: "{")
    }

    private mutating func open() throws(Broken) {
        guard depth < Self.deepest else { throw Broken(reason: "it is nested too deep") }
        depth += 1
        index += 1
    }

    private mutating func close() {
        depth -= 1
        index += 1
    }

    private mutating func separate(before end: UInt8) throws(Broken) {
        switch next() {
        case UInt8(ascii: ","): index += 1
        case end: return
        default: throw Broken(reason: "a comma is missing in it")
        }
    }

    /// Moves `index` to the next byte that is no white space.
    ///
    /// - Returns: that byte; 0 at the end.
    private mutating func next() -> UInt8 {
        index = behindSpace(index)
        return index < bytes.count ? bytes[index] : 0
    }

    private func behindSpace(_ start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 || 0x09...0x0D ~= bytes[index] {
            index += 1
        }
        return index
    }

    // MARK: Words and texts

    /// `true`, `false`, `null`, a number, or any other word as a text.
    private mutating func word() throws(Broken) -> JSONValue {
        let word = bytes[index...].prefix { byte in
            0x21...0x7E ~= byte && !#",:"{}[]"#.utf8.contains(byte)
        }
        guard 1...Self.longestWord ~= word.count else {
            throw Broken(reason: "a value is missing in it")
        }
        index = word.endIndex
        if let value = try? JSONValue(parsing: Array(word)) { return value }
        return .string(String(decoding: word, as: UTF8.self))
    }

    private mutating func string() throws(Broken) -> String {
        var text: [UInt8] = []
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return Self.decoded(text)
            case UInt8(ascii: "\\"):
                text += escape()
            default:
                text.append(byte)
                index += 1
            }
        }
        throw Broken(reason: "a text in it does not end")
    }

    /// The character of an escape. An invalid escape stays as it is written.
    private mutating func escape() -> [UInt8] {
        let written = bytes[index...]
        for length in [12, 6, 2] {
            let escape = Array(written.prefix(length))
            let quoted = [UInt8(ascii: "\"")] + escape + [UInt8(ascii: "\"")]
            guard length == 2 || escape.dropFirst().first == UInt8(ascii: "u"),
                case .string(let text)? = try? JSONValue(parsing: quoted),
                text.unicodeScalars.count == 1
            else { continue }
            index += escape.count
            return Array(text.utf8)
        }
        index += 1
        return [UInt8(ascii: "\\")]
    }

    /// A text in UTF-8, or else in Latin-1, which most panels write that do not write UTF-8.
    private static func decoded(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let isUTF8InPart = text.unicodeScalars.contains { $0.value > 0x7F && $0 != "\u{FFFD}" }
        guard text.unicodeScalars.contains("\u{FFFD}"), !isUTF8InPart else { return text }
        var latin = String.UnicodeScalarView()
        latin.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        return String(latin)
    }
}

extension JSONValue {
    /// An object that broke, with the members that were read of it.
    fileprivate static func damaged(_ members: [Member], _ reason: String) -> JSONValue {
        .object(members + [Member(key: NearJSON.damage, value: .string(reason))])
    }

    /// What is wrong with this object as it was written, as a sentence without its full stop.
    var damage: String? { self[NearJSON.damage]?.text }
}
