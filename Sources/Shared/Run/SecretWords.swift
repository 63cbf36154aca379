/// Keeps keys of the HTTP door out of the log, wherever somebody may have put one: into a file's
/// name, a link, or the wrong field.
enum SecretWords {
    private static let mark = Array("smg_".utf8)
    /// How many characters after the mark stay, as in `admin key list`.
    private static let shown = 4

    /// `text` with every key cut after its beginning.
    static func hidden(in text: String) -> String {
        let bytes = Array(text.utf8)
        guard var next = place(of: mark, in: bytes, from: 0) else { return text }
        var result: [UInt8] = []
        var done = 0
        while true {
            let start = next + mark.count
            let end = bytes[start...].firstIndex { !isPartOfKey($0) } ?? bytes.count
            let isShort = end - start <= shown
            result += bytes[done..<(isShort ? start : start + shown)]
            if !isShort { result += "…".utf8 }
            done = isShort ? start : end
            guard let further = place(of: mark, in: bytes, from: done) else { break }
            next = further
        }
        result += bytes[done...]
        return String(decoding: result, as: UTF8.self)
    }

    private static func place(of mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count - start >= mark.count else { return nil }
        return (start...(bytes.count - mark.count)).first { bytes[$0...].starts(with: mark) }
    }

    private static func isPartOfKey(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
    }
}
