/// The target of a request, taken apart: the path's segments, decoded once, and the query as it
/// came (RFC 9112).
struct RequestTarget {
    let segments: [String]
    let query: String?

    /// - Throws: `malformed` if an escape is none, if what it stands for is not UTF-8 or a control
    ///   character, or if a segment is `.` or `..`, which a client should have resolved;
    ///   `unknownPath` for a target that is no path, such as `*`, and for an empty segment.
    init(_ text: String) throws(ServingRefusal) {
        var rest = Substring(text)
        // A client that takes us for a proxy sends the whole address.
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
        }
        guard rest.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "#") }) else {
            throw .malformed("its path has characters that must be escaped")
        }
        let path = rest.prefix { $0 != "?" }
        query = path.endIndex < rest.endIndex ? String(rest[path.endIndex...].dropFirst()) : nil
        guard path.hasPrefix("/") else { throw .unknownPath }
        var segments: [String] = []
        if path != "/" {
            for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            {
                guard !segment.isEmpty else { throw .unknownPath }
                segments.append(try Self.decoded(segment))
            }
        }
        self.segments = segments
    }

    private static func decoded(_ segment: Substring) throws(ServingRefusal) -> String {
        var bytes: [UInt8] = []
        var rest = segment.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit),
                let low = rest.popFirst().flatMap(hexDigit)
            else { throw .malformed("its path has a % that is no escape") }
            bytes.append(high << 4 | low)
        }
        guard let text = String(validating: bytes, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw .malformed("its path is not text") }
        guard text != ".", text != ".." else {
            throw .malformed("its path has a segment of dots alone")
        }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
