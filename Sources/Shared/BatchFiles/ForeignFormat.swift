/// A file named `.json` that is something else, known by its first bytes. Asked once the file
/// could not be read as JSON.
enum ForeignFormat {
    /// How many bytes are looked at.
    private static let looked = 512

    /// A sentence that says what the file is and what to do; nil if it may be JSON with a mistake
    /// in it.
    static func complaint(about file: BatchFile) throws -> String? {
        complaint(about: try file.beginning(looked))
    }

    static func complaint(about bytes: [UInt8]) -> String? {
        if let known = signs.first(where: { bytes.starts(with: $0.beginning) }) {
            return "the file \(known.what); nothing was done"
        }
        if bytes.prefix(16).contains(0) {
            return "the file is UTF-16 or binary; nothing was done; save it as UTF-8"
        }
        let text = bytes.drop { $0 == 0x20 || 0x09...0x0D ~= $0 }
        guard let first = text.first, first != UInt8(ascii: "{") else { return nil }
        if first == UInt8(ascii: "<") {
            return "the file is HTML or XML; nothing was done; send one JSON object"
        }
        let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
        let isTable = first != UInt8(ascii: "[") && line.contains { ",;\t".utf8.contains($0) }
        return isTable
            ? "the file is a table (CSV), whatever its name says; nothing was done; "
                + "send one JSON object: docs/resellers.md shows one"
            : nil
    }

    private static let signs: [(beginning: [UInt8], what: String)] = [
        (
            [0xEF, 0xBB, 0xBF],
            "begins with a byte order mark, which JSON may not have: save it as UTF-8 without one"
        ),
        ([0xFF, 0xFE], "is UTF-16: save it as UTF-8 without a byte order mark"),
        ([0xFE, 0xFF], "is UTF-16: save it as UTF-8 without a byte order mark"),
        (Array("PK\u{3}\u{4}".utf8), "is a workbook or a ZIP archive: send one JSON object"),
        ([0x1F, 0x8B], "is compressed: send it as plain JSON"),
        (Array("%PDF".utf8), "is a PDF: send one JSON object"),
    ]
}
