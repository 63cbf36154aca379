import StrictJSON

/// A list that a client sent as its text in a programming language.
///
/// Clients in Python that turn every value into text send the comments `a` and `b` as `['a', 'b']`,
/// and clients in JavaScript as `["a","b"]`. Taken as it is, that would be sold as one comment with
/// brackets in it. A text that is such a list from its first bracket to its last is that list; any
/// other is what it is.
enum WrittenList {
    /// The elements, none of an empty list; nil if the text is no such list.
    static func elements(of text: String) -> [String]? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        return json(text) ?? python(text)
    }

    private static func json(_ text: String) -> [String]? {
        guard
            let document = try? JSONValue(
                parsing: Array(text.utf8), limits: JSONLimits(depth: 1)),
            case .array(let elements) = document
        else { return nil }
        let texts = elements.compactMap { element -> String? in
            if case .string(let text) = element { text } else { nil }
        }
        return texts.count == elements.count ? texts : nil
    }

    private static func python(_ text: String) -> [String]? {
        var rest = text.unicodeScalars[...]
        rest.removeFirst()
        var elements: [String] = []
        while true {
            skipBlanks(&rest)
            guard let element = literal(&rest) else { return nil }
            elements.append(element)
            skipBlanks(&rest)
            switch rest.popFirst() {
            case ",": continue
            case "]": return rest.isEmpty ? elements : nil
            default: return nil
            }
        }
    }

    private static func skipBlanks(_ rest: inout Substring.UnicodeScalarView) {
        rest = rest.drop { $0 == " " }[...]
    }

    /// Takes a string in quotation marks of either kind off the front.
    private static func literal(_ rest: inout Substring.UnicodeScalarView) -> String? {
        guard let quote = rest.popFirst(), quote == "'" || quote == "\"" else { return nil }
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case quote: return String(text)
            case "\\":
                guard let escaped = escaped(&rest) else { return nil }
                text.append(escaped)
            default: text.append(scalar)
            }
        }
        return nil
    }

    /// What follows a backslash, as Python's `repr` writes it.
    private static func escaped(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
        guard let kind = rest.popFirst() else { return nil }
        let digits: Int
        switch kind {
        case "\\", "'", "\"": return kind
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "x": digits = 2
        case "u": digits = 4
        case "U": digits = 8
        default: return nil
        }
        let code = String(String.UnicodeScalarView(rest.prefix(digits)))
        rest = rest.dropFirst(digits)
        // Of numbers a sign would do.
        guard code.utf8.count == digits, code.allSatisfy(\.isHexDigit),
            let value = UInt32(code, radix: 16)
        else { return nil }
        return Unicode.Scalar(value)
    }
}
