import FoundationEssentials

/// Base64 as header fields have it (RFC 4648).
enum Base64 {
    static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Nil if the text is not Base64; the marks at its end may be missing.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.prefix { $0 != "=" }
        let marks = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        return Data(base64Encoded: digits + marks).map { Array($0) }
    }
}
