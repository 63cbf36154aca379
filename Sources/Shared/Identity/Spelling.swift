import CUnicode

/// A text as somebody typed it, and the key by which it is compared with what others typed.
///
/// Two texts are one where their keys are: blanks around them, runs of blanks within, characters
/// that nobody sees, and the many ways in which Unicode writes one letter do not tell them apart;
/// in payments case does not either. What was typed is what is shown.
///
/// Nearly every text is printable ASCII and its own key. To find that out takes one look at its
/// bytes, and allocates nothing.
package struct Spelling: Equatable, Sendable {
    package let text: String
    package let key: String
    /// Whether the text is its own key, byte for byte.
    package let isKey: Bool

    init(_ text: String, key: String) {
        self.text = text
        self.key = key
        // `==` of two strings takes composed and decomposed letters for one; a database does not.
        isKey = key.utf8.elementsEqual(text.utf8)
    }

    private init(plain text: String) {
        self.text = text
        key = text
        isKey = true
    }

    /// The key where it differs from the text.
    package var differingKey: String? { isKey ? nil : key }
}

extension Spelling {
    /// Of a name whose case counts: a `ref`, a `batch`.
    package init(ofName text: String) {
        self.init(text, foldingCase: false)
    }

    /// Of a word about a payment, where case does not count: a method, a bank's reference.
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

    /// Whether a text is certainly its own key: printable ASCII, and each blank alone and between
    /// others.
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
        // What utf8proc leaves goes first: what stands around it may compose.
        let visible = String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.isDropped }))
        let normal = visible.compatible(foldingCase: false)
        // Canonical order comes before folding: else the iota below a letter would change its
        // place.
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

    /// Whether nobody would see anything of it: blanks and invisible characters, or nothing.
    package var isInvisible: Bool {
        // The first byte of nearly every text settles it.
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
    /// A blank of any width, or what breaks a line.
    var isBlank: Bool {
        // The Braille pattern without dots is a sign to Unicode, and a blank to the eye.
        properties.isWhitespace || value == 0x2800
    }

    /// What shows nothing, not even room.
    var isUnseen: Bool {
        isDropped || properties.isDefaultIgnorableCodePoint
            || properties.generalCategory == .control
    }

    /// What may go from the ends of a text. A selector or a joiner belongs to the sign before it.
    fileprivate var isMargin: Bool {
        isBlank || (isUnseen && !properties.isVariationSelector && value != 0x200D)
    }

    /// What shows nothing although it is none of Unicode's default ignorable characters: marks of
    /// annotations, and the place of an object that was not copied along.
    var isDropped: Bool { 0xFFF9...0xFFFC ~= value }
}
