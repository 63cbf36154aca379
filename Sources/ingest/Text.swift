import Ledger
import Money

/// What texts from outside may be.
enum Text {
    /// In characters, as JSON and people count them: names, references, user names.
    static let longestName = 256
    /// In characters: links are longer than names.
    static let longestLink = 2_048
    /// In bytes, newline-joined: a list is as long as one text of it may be (`JSONLimits`).
    static let longestList = 1 << 20

    /// No control characters, no line breaks, and not endless.
    static func isOneLine(_ text: String, longest: Int) -> Bool {
        // Bytes first: counting characters is slow, and ordinary texts are short.
        (text.utf8.count <= longest || text.unicodeScalars.count <= longest)
            && !text.unicodeScalars.contains { breaksLines($0.value) }
    }

    /// Unicode's control characters, and its separators of lines and paragraphs. Spelled out: this is
    /// asked of every character of every order.
    private static func breaksLines(_ scalar: UInt32) -> Bool {
        scalar < 0x20 || 0x7F...0x9F ~= scalar || 0x2028...0x2029 ~= scalar
    }

    static func amount(_ key: String, _ text: String) throws(Rejection) -> Amount {
        do {
            return try Amount(parsing: text)
        } catch {
            throw Rejection(.badValue, "\(key) \(error)")
        }
    }

    /// The most that comes in with one line, in its currency: so no sum of ordinary books overflows.
    static let mostIncoming = Amount(micros: 1_000_000_000_000_000_000)

    static func checkIncoming(_ key: String, _ amount: Amount) throws(Rejection) {
        guard amount <= mostIncoming else {
            throw Rejection(.badValue, "\(key) must be at most \(mostIncoming), not \(amount)")
        }
    }

    /// The lines of a text that are not blank. With `undoingEscapes`, a literal `\n` is a newline
    /// that somebody escaped twice.
    static func lines(of text: String, undoingEscapes: Bool) -> [String] {
        var lines: [[UInt8]] = [[]]
        var bytes = text.utf8.makeIterator()
        var pending = bytes.next()
        while let byte = pending {
            pending = bytes.next()
            if byte == UInt8(ascii: "\n") {
                lines.append([])
            } else if undoingEscapes, byte == UInt8(ascii: "\\"), pending == UInt8(ascii: "n") {
                lines.append([])
                pending = bytes.next()
            } else if byte != UInt8(ascii: "\r") {
                lines[lines.count - 1].append(byte)
            }
        }
        return lines.map { String(decoding: $0, as: UTF8.self) }
            .filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
