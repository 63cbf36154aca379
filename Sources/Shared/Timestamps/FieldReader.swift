/// Takes fixed-width ASCII fields off the front of a text.
struct FieldReader {
    private var rest: [UInt8].SubSequence

    init(_ text: some StringProtocol) {
        rest = Array(text.utf8)[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Takes a number of exactly `count` digits 0–9 off the front; nil if there is none.
    mutating func digits(_ count: Int) -> Int64? {
        let field = rest.prefix(count)
        guard field.count == count, field.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        rest = rest.dropFirst(count)
        return field.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// Takes `character` off the front, and says whether it was there.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
