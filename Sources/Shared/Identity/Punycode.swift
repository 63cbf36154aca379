/// Decodes host names in which ASCII stands for letters of other scripts (RFC 3492).
enum Punycode {
    private static let base: UInt32 = 36
    private static let (least, most): (UInt32, UInt32) = (1, 26)

    /// The letters of a label, given without its `xn--`; nil if it stands for none.
    static func decode(_ label: Substring) -> String? {
        var letters: [Unicode.Scalar] = []
        var digits = label[...]
        if let hyphen = label.lastIndex(of: "-") {
            letters = Array(label[..<hyphen].unicodeScalars)
            digits = label[hyphen...].dropFirst()
        }
        guard letters.allSatisfy(\.isASCII), label.utf8.count <= 63 else { return nil }
        var (code, position, bias): (UInt32, UInt32, UInt32) = (128, 0, 72)
        var rest = digits.utf8.makeIterator()
        var next = rest.next()
        while next != nil {
            let before = position
            var weight: UInt32 = 1
            var place = base
            while true {
                guard let digit = next.flatMap(value) else { return nil }
                next = rest.next()
                let (step, isTooMuch) = digit.multipliedReportingOverflow(by: weight)
                let (sum, isOver) = position.addingReportingOverflow(step)
                guard !isTooMuch, !isOver else { return nil }
                position = sum
                let threshold = place <= bias ? least : min(place - bias, most)
                if digit < threshold { break }
                let (heavier, isTooHeavy) = weight.multipliedReportingOverflow(by: base - threshold)
                guard !isTooHeavy else { return nil }
                weight = heavier
                place += base
            }
            let count = UInt32(letters.count) + 1
            bias = adapted(position - before, count, isFirst: before == 0)
            let (sum, isOver) = code.addingReportingOverflow(position / count)
            guard !isOver, let letter = Unicode.Scalar(sum) else { return nil }
            code = sum
            position %= count
            letters.insert(letter, at: Int(position))
            position += 1
        }
        return String(String.UnicodeScalarView(letters))
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit | 0x20 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit | 0x20) - 97
        case 0x30...0x39: UInt32(digit) - 0x30 + 26
        default: nil
        }
    }

    private static func adapted(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var places: UInt32 = 0
        while delta > (base - least) * most / 2 {
            delta /= base - least
            places += base
        }
        return places + (base - least + 1) * delta / (delta + 38)
    }
}
