import StrictJSON

/// The kind of a reply's body (provider-api.md §7, quirk 16).
enum ReplyBody: Equatable {
    case json(JSONValue)
    /// A page for people: maintenance, a shield, a login.
    case html
    case empty
    /// Compressed, although we did not ask for it.
    case compressed
    /// Anything else, such as JSON that was cut short.
    case unreadable

    /// Reads JSON, without a BOM, white space around it, and PHP's warnings before and after it.
    /// Text that is nearly JSON is read item by item (see `NearJSON`).
    ///
    /// A document that was cut short is never mistaken for a whole one inside it. A body that
    /// begins as JSON is JSON as a whole or not at all, and the search ends with the first
    /// bracket whose value runs to the end of the body without ending.
    init(_ bytes: [UInt8]) {
        let bom: [UInt8] = [0xEF, 0xBB, 0xBF]
        let body = (bytes.starts(with: bom) ? bytes[3...] : bytes[...]).trimmingWhiteSpace
        guard let first = body.first else {
            self = .empty
            return
        }
        if let document = Self.strict(body) ?? Self.nearly(Array(body)) {
            self = .json(document)
        } else if body.starts(with: [0x1F, 0x8B]) || body.starts(with: [0x78, 0x9C]) {
            self = .compressed
        } else {
            self = first == UInt8(ascii: "<") ? .html : .unreadable
        }
    }

    /// The JSON that runs to the end of the body.
    private static func strict(_ body: ArraySlice<UInt8>) -> JSONValue? {
        var attempts = opensJSON(body, at: body.startIndex) ? 1 : mostAttempts(in: body)
        var starts = body.indices.lazy.filter { opensJSON(body, at: $0) }.makeIterator()
        while attempts > 0, let start = starts.next() {
            do {
                return try JSONValue(parsing: Array(body[start...]))
            } catch let error as JSONError where error.offset >= body.endIndex - start {
                return nil
            } catch {
                attempts -= 1
            }
        }
        return nil
    }

    /// How many brackets in PHP's output before the JSON are tried. Each costs a copy of the body.
    private static func mostAttempts(in body: ArraySlice<UInt8>) -> Int {
        body.count < 1 << 16 ? 256 : 16
    }

    /// Text that begins as a document does, and is followed by nothing but PHP's warnings.
    private static func nearly(_ body: [UInt8]) -> JSONValue? {
        let start = body.indices.first { index in
            opensJSON(body[...], at: index)
                && (index == 0 || body[index - 1] == UInt8(ascii: "\n")
                    || body[index - 1] == UInt8(ascii: ">"))
        }
        guard let start, let (document, end) = NearJSON.read(body, from: start) else { return nil }
        let rest = body[end...].trimmingWhiteSpace
        return rest.isEmpty || isWarning(rest) ? document : nil
    }

    /// Whether a document may begin here. Few of the brackets in a warning look like that.
    private static func opensJSON(_ body: ArraySlice<UInt8>, at index: Int) -> Bool {
        let closing: UInt8
        switch body[index] {
        case UInt8(ascii: "{"): closing = UInt8(ascii: "}")
        case UInt8(ascii: "["): closing = UInt8(ascii: "]")
        default: return false
        }
        guard let next = body[(index + 1)...].first(where: { !isSpace($0) }) else { return true }
        if next == UInt8(ascii: "\"") || next == closing { return true }
        return closing == UInt8(ascii: "]")
    }

    /// Whether this begins like PHP's warnings, with or without HTML around the word.
    private static func isWarning(_ text: ArraySlice<UInt8>) -> Bool {
        let start = String(decoding: text.prefix(80), as: UTF8.self)
        let words = start.replacing(/<[a-zA-Z \/]+>/, with: "").trimmingSpaces
        return words.prefixMatch(
            of: /(PHP )?(Warning|Notice|Deprecated|Strict Standards|(Fatal|Parse) error):?/) != nil
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

extension ArraySlice<UInt8> {
    /// Without the white space of JSON and HTML at both ends.
    fileprivate var trimmingWhiteSpace: ArraySlice<UInt8> {
        guard let first = firstIndex(where: { !isSpace($0) }),
            let last = lastIndex(where: { !isSpace($0) })
        else { return [] }
        return self[first...last]
    }
}
