import StrictJSON

/// What a reply's body turns out to be (provider-api.md §7, quirk 16).
enum ReplyBody: Equatable {
    case json(JSONValue)
    /// A page for people: maintenance, a shield, a login.
    case html
    case empty
    /// Anything else, JSON that was cut short included.
    case unreadable

    /// How many brackets in what PHP prints before the JSON are tried: each costs a look at the
    /// whole body.
    private static let mostAttempts = 16

    /// Reads JSON, leaving aside a BOM, white space around it, and a PHP warning before it.
    ///
    /// A document that was cut short is never mistaken for the whole one inside it: a body that
    /// begins as JSON is JSON as a whole or not at all, and the search ends with the first
    /// bracket whose value runs to the end of the body without ending.
    init(_ bytes: [UInt8]) {
        let bom: [UInt8] = [0xEF, 0xBB, 0xBF]
        let body = (bytes.starts(with: bom) ? bytes[3...] : bytes[...]).trimmingWhiteSpace
        guard let first = body.first else {
            self = .empty
            return
        }
        var attempts = Self.opensJSON(first) ? 1 : Self.mostAttempts
        var rest = body
        while attempts > 0, let start = rest.firstIndex(where: Self.opensJSON) {
            do {
                self = .json(try JSONValue(parsing: Array(body[start...])))
                return
            } catch let error as JSONError where error.offset >= body.endIndex - start {
                break
            } catch {
                rest = body[(start + 1)...]
                attempts -= 1
            }
        }
        self = first == UInt8(ascii: "<") ? .html : .unreadable
    }

    private static func opensJSON(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
    }
}

extension ArraySlice<UInt8> {
    /// Without the white space of JSON and HTML at both ends.
    fileprivate var trimmingWhiteSpace: ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
        guard let first = firstIndex(where: { !isSpace($0) }),
            let last = lastIndex(where: { !isSpace($0) })
        else { return [] }
        return self[first...last]
    }
}
