/// A second reader of forms, the slow and obvious way, to compare `CallForm` with: what PHP makes
/// of a form, with the limits that we have and PHP has not.
enum PlainForm {
    /// The values by name, blank ones left out; nil if the form must be refused. The lines of a
    /// list are its values in their order; of all other names the last one counts.
    static func values(of form: [UInt8], lists: Set<String>) -> [String: [UInt8]]? {
        var values: [String: [UInt8]] = [:]
        // From the end, so that the first that is met is the one that counts.
        for pair in form.split(separator: UInt8(ascii: "&")).reversed() {
            let sides = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let nameBytes = unescaped(Array(sides[0]))
            let value = unescaped(sides.count == 2 ? Array(sides[1]) : [])
            if nameBytes.isEmpty { continue }
            guard nameBytes.count <= 64, let name = String(validating: nameBytes, as: UTF8.self),
                String(validating: value, as: UTF8.self) != nil
            else { return nil }
            if let later = values[name] {
                if lists.contains(name) { values[name] = value + [UInt8(ascii: "\n")] + later }
            } else {
                values[name] = value
            }
        }
        return values.count <= 64 ? values.mapValues(trimmed).filter { !$0.value.isEmpty } : nil
    }

    /// A plus is a blank, `%` with two digits a byte, and anything else itself.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            let digits = text[min(index + 1, text.count)..<min(index + 3, text.count)]
            if text[index] == UInt8(ascii: "%"), let value = byte(digits) {
                bytes.append(value)
                index += 3
            } else {
                bytes.append(text[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[index])
                index += 1
            }
        }
        return bytes
    }

    private static let lower = Array("0123456789abcdef".utf8)
    private static let upper = Array("0123456789ABCDEF".utf8)

    private static func byte(_ digits: ArraySlice<UInt8>) -> UInt8? {
        var value = 0
        for digit in digits {
            guard let worth = lower.firstIndex(of: digit) ?? upper.firstIndex(of: digit) else {
                return nil
            }
            value = 16 * value + worth
        }
        return digits.count == 2 ? UInt8(value) : nil
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        var text = text[...]
        while let last = text.last, last <= 0x20 { text.removeLast() }
        return Array(text.drop { $0 <= 0x20 })
    }
}
