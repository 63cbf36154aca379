// Makes text from outside fit to be stored, logged and shown.

extension ProviderEndpoint {
    /// The most characters of a provider's words that are kept.
    package static let evidenceLimit = 500
    /// The longest text that says what to do about a provider's words, in characters.
    package static let adviceLimit = 500

    /// A provider's words as evidence: printable, cut short, and without our key, which some
    /// providers echo.
    func evidence(_ words: some Sequence<UInt8>) -> String {
        let words = Array(words)
        let spellings = keySpellings.filter { words.contains($0[0]) }
        guard !spellings.isEmpty else {
            return String(decoding: words.prefix(4 * Self.evidenceLimit), as: UTF8.self)
                .printable(limit: Self.evidenceLimit)
        }
        var shown: [UInt8] = []
        var rest = words[...]
        // A character has at most four bytes.
        while let byte = rest.first, shown.count < 4 * Self.evidenceLimit {
            if let found = spellings.first(where: { rest.starts(with: $0) }) {
                shown += "(our key)".utf8
                rest = rest.dropFirst(found.count)
            } else {
                shown.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: shown, as: UTF8.self).printable(limit: Self.evidenceLimit)
    }

    /// The same of a text.
    func evidence(_ words: String) -> String { evidence(words.utf8) }
}

extension String {
    /// This text on one line, without characters that control a terminal or turn the direction of
    /// the text around it, and at most `limit` scalars long.
    func printable(limit: Int) -> String {
        if utf8.count <= limit, utf8.allSatisfy({ 0x20...0x7E ~= $0 }) { return trimmingSpaces }
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if shown.count == limit { break }
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: shown.append(" ")
            case .format where scalar.turnsDirection: break
            default: shown.append(scalar)
            }
        }
        return String(shown).trimmingSpaces
    }

    /// This text with numeric HTML entities, and those of the five characters of HTML's own syntax,
    /// replaced by their characters. Replaced once: `&amp;lt;` is the text `&lt;`.
    package var decodingEntities: String {
        var decoded = ""
        var rest = self[...]
        while let ampersand = rest.firstIndex(of: "&") {
            decoded += rest[..<ampersand]
            rest = rest[ampersand...]
            let end = rest.prefix(10).firstIndex(of: ";")
            if let end, let scalar = Unicode.Scalar(entity: rest[..<end].dropFirst()) {
                decoded.unicodeScalars.append(scalar)
                rest = rest[end...].dropFirst()
            } else {
                decoded.append(rest.removeFirst())
            }
        }
        return decoded + rest
    }
}

extension Unicode.Scalar {
    /// The character of an HTML entity: `amp`, `#39`, `#x1F600`.
    fileprivate init?(entity name: Substring) {
        switch name {
        case "amp": self = "&"
        case "lt": self = "<"
        case "gt": self = ">"
        case "quot": self = "\""
        case "apos": self = "'"
        default:
            guard name.first == "#" else { return nil }
            let digits = name.dropFirst()
            let isHexadecimal = digits.first == "x" || digits.first == "X"
            let code =
                isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
            guard let code, let scalar = Self(code) else { return nil }
            self = scalar
        }
    }

    /// Whether it embeds, overrides or isolates a direction of writing. Right-to-left letters do
    /// not need it, and emoji are joined by other format characters.
    fileprivate var turnsDirection: Bool {
        0x202A...0x202E ~= value || 0x2066...0x2069 ~= value
    }
}
