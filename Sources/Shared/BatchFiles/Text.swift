import Identity
import Money

/// What texts and amounts from outside may be. Commands that write files ask here too.
package enum Text {
    /// In characters, as JSON and people count them: names, references, user names.
    package static let longestName = 256
    /// In characters: links are longer than names.
    package static let longestLink = 2_048
    /// In bytes, newline-joined: a list is as long as one text of it may be (`JSONLimits`).
    static let longestList = 1 << 20

    /// Whether a text has no control characters, no line breaks, and at most `longest` characters.
    package static func isOneLine(_ text: String, longest: Int) -> Bool {
        // Bytes first: counting characters is slow, and ordinary texts are short.
        (text.utf8.count <= longest || text.unicodeScalars.count <= longest)
            && !text.unicodeScalars.contains { breaksLines($0.value) }
    }

    /// Unicode's control characters, and its separators of lines and paragraphs. Spelled out: this
    /// is asked of every character of every order.
    private static func breaksLines(_ scalar: UInt32) -> Bool {
        scalar < 0x20 || 0x7F...0x9F ~= scalar || 0x2028...0x2029 ~= scalar
    }

    package static func amount(_ key: String, _ text: String) throws(Rejection) -> Amount {
        do {
            return try Amount(parsing: text)
        } catch {
            throw Rejection(.badValue, "\(key) \(error)")
        }
    }

    /// The most money that may come in with one line, in its currency. No sum of ordinary books
    /// overflows at that.
    package static let mostIncoming = Amount(micros: 1_000_000_000_000_000_000)

    package static func checkIncoming(_ key: String, _ amount: Amount) throws(Rejection) {
        guard amount <= mostIncoming else {
            throw Rejection(.badValue, "\(key) must be at most \(mostIncoming), not \(amount)")
        }
    }

    /// The visible lines of a text. LF, CR, both together, and Unicode's separators end a line.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - undoingEscapes: whether a literal `\n` or `\r`, escaped once too often, ends one too.
    /// - Returns: the lines, without blank ones.
    static func lines(of text: String, undoingEscapes: Bool) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            let isEscape =
                undoingEscapes && scalar == "\\" && (scalars.first == "n" || scalars.first == "r")
            guard isEscape || endsLine(scalar.value) else {
                line.append(scalar)
                continue
            }
            if isEscape { scalars.removeFirst() }
            lines.append(String(line))
            line.removeAll()
        }
        lines.append(String(line))
        return lines.filter { !$0.isInvisible }
    }

    private static func endsLine(_ scalar: UInt32) -> Bool {
        0x0A...0x0D ~= scalar || scalar == 0x85 || 0x2028...0x2029 ~= scalar
    }
}
