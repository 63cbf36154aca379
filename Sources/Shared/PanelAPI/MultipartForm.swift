/// A form in parts (`multipart/form-data`, RFC 7578), as `curl -F` and some libraries send it.
///
/// It is read strictly: anything that could be read in two ways is refused. A part with a file's
/// name is a file, and no field; its content is skipped, as PHP does.
struct MultipartForm {
    /// The fields in their order.
    private(set) var fields: [(name: [UInt8], value: [UInt8])] = []

    /// How many parts a body may have: a list may come as one part a line.
    static let mostParts = 1_000
    /// The longest head of a part, in bytes.
    static let longestHead = 1 << 10
    /// RFC 2046's limit for a boundary, in bytes.
    private static let longestBoundary = 70

    static func isNamed(by contentType: String) -> Bool {
        contentType.lowercased().hasPrefix("multipart/")
    }

    init(_ body: [UInt8], _ contentType: String) throws(TradeError) {
        guard contentType.lowercased().hasPrefix("multipart/form-data"),
            let boundary = try Self.parameters(of: contentType)["boundary"],
            1...Self.longestBoundary ~= boundary.utf8.count
        else { throw .incorrectRequest }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may stand at the start, without a line end before it.
        let text = Array("\r\n".utf8) + body
        var rest = text[...]
        guard let first = rest.firstRange(of: delimiter) else { throw .incorrectRequest }
        rest = rest[first.upperBound...]
        while true {
            if rest.starts(with: "--".utf8) { return }
            // Blanks may follow a boundary on its line.
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard rest.starts(with: "\r\n".utf8) else { throw .incorrectRequest }
            rest = rest.dropFirst(2)
            guard let end = rest.firstRange(of: delimiter), fields.count < Self.mostParts else {
                throw .incorrectRequest
            }
            try take(rest[..<end.lowerBound])
            rest = rest[end.upperBound...]
        }
    }

    /// Takes one part: its head, an empty line, its content.
    private mutating func take(_ part: ArraySlice<UInt8>) throws(TradeError) {
        let blank = Array("\r\n\r\n".utf8)
        guard let gap = part.firstRange(of: blank),
            gap.lowerBound - part.startIndex <= Self.longestHead,
            let head = String(validating: part[..<gap.lowerBound], as: UTF8.self)
        else { throw .incorrectRequest }
        var name: String?
        for line in head.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { throw .incorrectRequest }
            let value = String(line[line.index(after: colon)...])
            switch line[..<colon].lowercased() {
            case "content-disposition":
                let parameters = try Self.parameters(of: value)
                guard name == nil, value.drop(while: { $0 == " " }).hasPrefix("form-data"),
                    let found = parameters["name"]
                else { throw .incorrectRequest }
                if parameters["filename"] != nil { return }
                name = found
            case "content-transfer-encoding":
                guard ["7bit", "8bit", "binary"].contains(value.lowercased().filter { $0 != " " })
                else { throw .incorrectRequest }
            default: break
            }
        }
        guard let name else { throw .incorrectRequest }
        fields.append((Array(name.utf8), Array(part[gap.upperBound...])))
    }

    /// The parameters of a header's value, by their names in lower case, with or without quotation
    /// marks.
    ///
    /// They are read by scalars: to a string, a mark and an accent after it are one character.
    ///
    /// - Throws: `incorrectRequest` if one comes twice, or its quotation marks do not end.
    private static func parameters(of header: String) throws(TradeError) -> [String: String] {
        var parameters: [String: String] = [:]
        var rest = header.unicodeScalars.drop { $0 != ";" }
        while rest.popFirst() == ";" {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            let key = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(key.count)
            guard rest.first == "=" else { continue }
            rest.removeFirst()
            guard let value = value(&rest),
                parameters.updateValue(value, forKey: String(key).lowercased()) == nil
            else { throw .incorrectRequest }
            rest = rest.drop { $0 != ";" }
        }
        return parameters
    }

    /// Takes a value off the front of `rest`.
    private static func value(_ rest: inout Substring.UnicodeScalarView) -> String? {
        guard rest.first == "\"" else {
            let word = rest.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
            rest = rest.dropFirst(word.count)
            return String(word)
        }
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(text)
            case "\\" where rest.first == "\"" || rest.first == "\\":
                if let escaped = rest.popFirst() { text.append(escaped) }
            default: text.append(scalar)
            }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// Where `pattern` stands first. It begins with CR, of which a form has few.
    fileprivate func firstRange(of pattern: [UInt8]) -> Range<Int>? {
        var index = startIndex
        while let start = self[index...].firstIndex(of: pattern[0]) {
            if self[start...].starts(with: pattern) { return start..<(start + pattern.count) }
            index = start + 1
        }
        return nil
    }
}
