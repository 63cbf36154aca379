import Glibc

/// A Swift file taken apart. Each part has as many bytes as the file, with blanks in the place of
/// the other parts, so that lines keep their numbers.
///
/// It knows enough of Swift's grammar for that: nested comments, strings of one or many lines with
/// and without `#`, code inside strings, and names in backticks.
struct SwiftParts: Sendable {
    /// Keywords, names and operators.
    let code: String
    /// What strings say, names in backticks included.
    let text: String
    let comments: String

    init(of bytes: [UInt8]) {
        var scanner = Scanner(bytes)
        scanner.scanCode()
        code = scanner.file(of: .code)
        text = scanner.file(of: .text)
        comments = scanner.file(of: .comment)
    }

    private struct Scanner {
        enum Part {
            case code, text, comment
        }

        let bytes: [UInt8]
        /// What each byte before `position` is part of.
        var parts: [Part] = []
        var position: Int { parts.count }

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            parts.reserveCapacity(bytes.count)
        }

        /// The file with everything else blank.
        func file(of part: Part) -> String {
            let kept = zip(bytes, parts).map { byte, itsPart in
                itsPart == part || byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " ")
            }
            return String(decoding: kept, as: UTF8.self)
        }

        /// Scans code to the end of the file, or to the `)` that ends code within a string.
        mutating func scanCode(isWithinString: Bool = false) {
            var depth = 0
            while position < bytes.count {
                if bytes[position].isOfWord || sees(" ") {
                    take(as: .code)
                } else if sees("//") {
                    while position < bytes.count, !sees("\n") { take(as: .comment) }
                } else if sees("/*") {
                    scanBlockComment()
                } else if sees("`") {
                    take(as: .text)
                    while position < bytes.count, !sees("`") { take(as: .text) }
                    take(as: .text)
                } else if let hashes = stringOpening() {
                    scanString(hashes: hashes)
                } else {
                    depth += sees("(") ? 1 : sees(")") ? -1 : 0
                    if isWithinString, depth < 0 { return }
                    take(as: .code)
                }
            }
        }

        private mutating func scanBlockComment() {
            var depth = 0
            repeat {
                let step = sees("/*") ? 1 : sees("*/") ? -1 : 0
                depth += step
                for _ in 0...abs(step) { take(as: .comment) }
            } while depth > 0 && position < bytes.count
        }

        /// How many `#` stand before the quotation mark here; nil if no string begins here.
        private func stringOpening() -> Int? {
            var end = position
            while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
            return end - position
        }

        private mutating func scanString(hashes: Int) {
            let hash = String(repeating: "#", count: hashes)
            let quote = sees("\(hash)\"\"\"") ? "\"\"\"" : "\""
            for _ in 0..<(hashes + quote.utf8.count) { take(as: .text) }
            let (end, escape) = (quote + hash, "\\\(hash)")
            while position < bytes.count, !sees(end) {
                if sees(escape + "(") {
                    for _ in 0..<(hashes + 2) { take(as: .text) }
                    scanCode(isWithinString: true)
                } else if sees(escape) {
                    for _ in 0..<(hashes + 2) { take(as: .text) }
                } else {
                    take(as: .text)
                }
            }
            for _ in 0..<(hashes + quote.utf8.count) { take(as: .text) }
        }

        private func sees(_ token: String) -> Bool {
            bytes[position] == token.utf8.first && bytes[position...].starts(with: token.utf8)
        }

        private mutating func take(as part: Part) {
            if position < bytes.count { parts.append(part) }
        }
    }
}

extension String {
    /// The lines, including empty ones, without their line breaks.
    var lines: [Substring] {
        utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map(Substring.init)
    }

    /// The lines, from 1, in which `phrase` stands between word boundaries.
    func lines(saying phrase: String) -> [Int] {
        guard let first = phrase.utf8.first, let last = phrase.utf8.last else { return [] }
        let ends = (first.isOfWord, last.isOfWord)
        return withCString { text in
            positions(of: phrase, in: text).filter { position in
                let after = position + phrase.utf8.count
                let isPartOfWord =
                    ends.0 && position > 0 && UInt8(bitPattern: text[position - 1]).isOfWord
                    || ends.1 && UInt8(bitPattern: text[after]).isOfWord
                return !isPartOfWord
            }
        }.map { utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } + 1 }
    }

    private func positions(of phrase: String, in text: UnsafePointer<CChar>) -> [Int] {
        // strstr, because a loop in Swift over every byte for every phrase takes far longer.
        var positions: [Int] = []
        var next = text
        while let hit = strstr(next, phrase) {
            positions.append(UnsafePointer(hit) - text)
            next = UnsafePointer(hit) + 1
        }
        return positions
    }
}

extension UInt8 {
    /// A letter, a digit or `_`.
    fileprivate var isOfWord: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
