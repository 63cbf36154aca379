import CUnicode

/// A text as a person typed it, and a key for comparing it with other texts.
///
/// Two texts are the same if their keys are. The key ignores blanks around the text, runs of blanks
/// within, invisible characters, and the many ways in which Unicode writes one letter; in payments
/// it ignores case too. We always show the text as it was typed.
///
/// Nearly every text is printable ASCII and its own key. One look at its bytes finds that out, and
/// allocates nothing.
package struct Spelling: Equatable, Sendable {
    package let text: String
    package let key: String
    /// Whether the text is its own key, byte for byte.
    package let isKey: Bool

    init(_ text: String, key: String) {
        self.text = text
        self.key = key
        // `==` on strings treats composed and decomposed letters as equal; a database does not.
        isKey = key.utf8.elementsEqual(text.utf8)
    }

    private init(plain text: String) {
        self.text = text
        key = text
        isKey = true
    }

    /// The key if it differs from the text; else nil.
    package var differingKey: String? { isKey ? nil : key }
}

extension Spelling {
    /// The spelling of a name whose case counts: a `ref`, a `batch`.
    package init(ofName text: String) {
        self.init(text, foldingCase: false)
    }

    /// The spelling of a word about a payment, whose case does not count: a method, a bank's
    /// reference.
    package init(ofPayment text: String) {
        self.init(text, foldingCase: true)
    }

    private init(_ text: String, foldingCase: Bool) {
        var text = text
        if text.withUTF8({ Self.isPlain($0, foldingCase: foldingCase) }) {
            self.init(plain: text)
        } else {
            self.init(text, key: Self.key(of: text, foldingCase: foldingCase))
        }
    }

    /// Whether a text is certainly its own key: printable ASCII, in which each blank stands alone
    /// and between other characters.
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>, foldingCase: Bool) -> Bool {
        var previous = UInt8(ascii: " ")
        for byte in bytes {
            guard 0x20...0x7E ~= byte, byte != 0x20 || previous != 0x20 else { return false }
            if foldingCase, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte { return false }
            previous = byte
        }
        return previous != 0x20 || bytes.isEmpty
    }

    private static func key(of text: String, foldingCase: Bool) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else {
            return (foldingCase ? text.lowercased() : text).foldingBlanks()
        }
        // First remove what utf8proc would leave, because the characters around it may compose.
        let visible = String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.isDropped }))
        let normal = visible.compatible(foldingCase: false)
        // Bring it into canonical order before folding case, or the iota below a letter would move.
        return (foldingCase ? normal.compatible(foldingCase: true) : normal).foldingBlanks()
    }
}

extension String {
    /// NFKC, without Unicode's default ignorable characters.
    fileprivate func compatible(foldingCase: Bool) -> String {
        var text = self
        return text.withUTF8 { bytes in
            var result: UnsafeMutablePointer<UInt8>?
            let length = cunicode_nfkc(
                bytes.baseAddress, bytes.count, foldingCase ? 1 : 0, &result)
            guard length >= 0, let result else {
                preconditionFailure("no memory is left to normalize \(bytes.count) bytes")
            }
            defer { free(result) }
            return String(
                decoding: UnsafeBufferPointer(start: result, count: length), as: UTF8.self)
        }
    }

    /// Without blanks at the ends, and with one space for each run of them.
    fileprivate func foldingBlanks() -> String {
        var folded = String.UnicodeScalarView()
        var isAfterBlank = false
        for scalar in unicodeScalars {
            if scalar.isBlank {
                isAfterBlank = !folded.isEmpty
                continue
            }
            if isAfterBlank { folded.append(" ") }
            isAfterBlank = false
            folded.append(scalar)
        }
        return String(folded)
    }

    /// Whether nothing of the text is visible: it is empty, or blanks and invisible characters.
    package var isInvisible: Bool {
        // The first byte of nearly every text decides it.
        if let first = utf8.first, 0x21...0x7E ~= first { return false }
        return unicodeScalars.allSatisfy { $0.isBlank || $0.isUnseen }
    }

    /// Without blanks and invisible characters at its ends.
    package var trimmed: String {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last else { return self }
        if 0x21...0x7E ~= first.value, 0x21...0x7E ~= last.value { return self }
        let start = unicodeScalars.drop { $0.isMargin }
        guard let end = start.lastIndex(where: { !$0.isMargin }) else { return "" }
        return String(start[...end])
    }
}

extension Unicode.Scalar {
    /// A blank of any width, or a line break.
    var isBlank: Bool {
        // The Braille pattern without dots is a symbol for Unicode, but looks like a blank.
        properties.isWhitespace || value == 0x2800
    }

    /// A character that shows nothing, not even space.
    var isUnseen: Bool {
        isDropped || properties.isDefaultIgnorableCodePoint
            || properties.generalCategory == .control
    }

    /// Whether it can be trimmed from the ends of a text. A variation selector or a joiner cannot:
    /// it belongs to the symbol before it.
    fileprivate var isMargin: Bool {
        isBlank || (isUnseen && !properties.isVariationSelector && value != 0x200D)
    }

    /// A character that shows nothing although Unicode does not list it as ignorable: the marks of
    /// annotations, and the placeholder of an object that was not copied along.
    var isDropped: Bool { 0xFFF9...0xFFFC ~= value }
}
