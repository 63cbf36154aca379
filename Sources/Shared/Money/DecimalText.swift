/// Decimal numbers as text, read into and written from whole numbers of a small unit: with six
/// decimals, `"12.5"` is 12,500,000.
enum DecimalText {
    /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?` exactly, or throws.
    ///
    /// This is JSON's grammar without the exponent (contract.md §4), so that a number and a string
    /// mean the same.
    static func exact(_ text: String, decimals: Int) throws(MoneyError) -> Int64 {
        let bytes = text.utf8.span
        let isNegative = !bytes.isEmpty && bytes[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0

        var magnitude = Magnitude()
        var index = start
        while index < bytes.count, let digit = digit(bytes[index]) {
            magnitude.append(digit)
            index += 1
        }
        let wholeDigits = index - start
        guard wholeDigits == 1 || wholeDigits > 1 && bytes[start] != UInt8(ascii: "0") else {
            throw .malformed(text, decimals: decimals)
        }

        var written = 0
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            while index < bytes.count, let digit = digit(bytes[index]) {
                if written < decimals { magnitude.append(digit) }
                written += 1
                index += 1
            }
            guard written > 0 else { throw .malformed(text, decimals: decimals) }
        }
        guard index == bytes.count else { throw .malformed(text, decimals: decimals) }
        guard written <= decimals else { throw .tooManyDecimals(text, decimals: decimals) }
        magnitude.appendZeros(decimals - written)
        return try magnitude.value(isNegative: isNegative)
    }

    /// Reads the numbers that providers print: any number of decimals, leading zeros, a missing
    /// digit before or after the point, an exponent (PHP writes `1.0e-5`). A rest smaller than the
    /// unit rounds up.
    ///
    /// First it removes the noise of printed binary fractions (`0.27818999999999999`): a number
    /// with more decimals than we keep is rounded to `significantDigits`. A large number keeps at
    /// least `exactDecimals` more decimals than we count, so that nothing countable is lost.
    static func roundedUp(_ text: String, decimals: Int) throws(MoneyError) -> Int64 {
        let bytes = text.utf8.span
        guard bytes.isEmpty || bytes[0] != UInt8(ascii: "-") else { throw .negative(text) }

        var point: Int?
        var end = 0
        while end < bytes.count {
            if bytes[end] == UInt8(ascii: "."), point == nil {
                point = end
            } else if digit(bytes[end]) == nil {
                break
            }
            end += 1
        }
        guard end > (point == nil ? 0 : 1), let exponent = exponent(in: bytes, from: end) else {
            throw .malformed(text, decimals: decimals)
        }

        // This many digits count whole units; the digits after them are a part of one.
        let kept = (point ?? end) + exponent + decimals
        let count = point == nil ? end : end - 1
        var magnitude = Magnitude()
        if count <= kept {
            for index in 0..<end {
                if let digit = digit(bytes[index]) { magnitude.append(digit) }
            }
            magnitude.appendZeros(kept - count)
        } else {
            // The leading 0 takes the carry of a rounding.
            var digits: [UInt64] = [0]
            for index in 0..<end {
                if let digit = digit(bytes[index]) { digits.append(digit) }
            }
            takeOffNoise(&digits, kept: kept + 1)
            for digit in digits.prefix(max(0, kept + 1)) { magnitude.append(digit) }
            magnitude.appendZeros(kept + 1 - digits.count)
            if digits.dropFirst(max(0, kept + 1)).contains(where: { $0 > 0 }) {
                magnitude.increment()
            }
        }
        return try magnitude.value(isNegative: false)
    }

    /// The precision that we believe a provider's number to have.
    private static let significantDigits = 12
    private static let exactDecimals = 2

    /// Rounds the digits, of which the first is 0, half up to the ones that we believe.
    private static func takeOffNoise(_ digits: inout [UInt64], kept: Int) {
        let zeros = digits.prefix { $0 == 0 }.count
        let believed = max(kept + exactDecimals, zeros + significantDigits)
        guard digits.count > believed else { return }
        let isCarried = digits[believed] >= 5
        digits.removeSubrange(believed...)
        guard isCarried else { return }
        var index = believed - 1
        while digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        digits[index] += 1
    }

    /// Writes `value` with exactly `decimals` decimals.
    static func fixed(_ value: Int64, decimals: Int) -> String {
        var magnitude = value.magnitude
        var digits = 1
        var rest = magnitude / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        digits = max(digits, decimals + 1)
        let sign = value < 0 ? 1 : 0
        let length = sign + digits + (decimals > 0 ? 1 : 0)
        return String(unsafeUninitializedCapacity: length) { text in
            // From its last digit to its first.
            var index = length
            for place in 0..<digits {
                if place == decimals, place > 0 {
                    index -= 1
                    text[index] = UInt8(ascii: ".")
                }
                index -= 1
                text[index] = UInt8(ascii: "0") + UInt8(magnitude % 10)
                magnitude /= 10
            }
            if sign > 0 { text[0] = UInt8(ascii: "-") }
            return length
        }
    }

    /// Writes `value` with the decimals it needs, and no point if it needs none.
    static func short(_ value: Int64, decimals: Int) -> String {
        var text = fixed(value, decimals: decimals)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? UInt64(byte - UInt8(ascii: "0")) : nil
    }

    /// The exponent in `bytes` from `start` to the end: 0 if there is nothing, nil if there is
    /// something else. It is capped where a larger one could not change the result.
    private static func exponent(in bytes: Span<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count else { return 0 }
        guard bytes[start] | 0x20 == UInt8(ascii: "e") else { return nil }
        var index = start + 1
        let isNegative = index < bytes.count && bytes[index] == UInt8(ascii: "-")
        if isNegative || index < bytes.count && bytes[index] == UInt8(ascii: "+") { index += 1 }
        guard index < bytes.count else { return nil }
        var exponent = 0
        while index < bytes.count {
            guard let digit = digit(bytes[index]) else { return nil }
            exponent = min(exponent * 10 + Int(digit), 1 << 32)
            index += 1
        }
        return isNegative ? -exponent : exponent
    }
}

/// A number without its sign, built digit by digit. It remembers whether it became too large.
private struct Magnitude {
    private var value: UInt64 = 0
    private var hasOverflowed = false

    mutating func append(_ digit: UInt64) {
        let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, sumOverflow) = product.addingReportingOverflow(digit)
        value = sum
        hasOverflowed = hasOverflowed || productOverflow || sumOverflow
    }

    mutating func appendZeros(_ count: Int) {
        guard value > 0 else { return }
        var left = count
        while left > 0, !hasOverflowed {
            append(0)
            left -= 1
        }
    }

    mutating func increment() {
        let (sum, overflow) = value.addingReportingOverflow(1)
        value = sum
        hasOverflowed = hasOverflowed || overflow
    }

    func value(isNegative: Bool) throws(MoneyError) -> Int64 {
        guard !hasOverflowed else { throw .overflow }
        return try Int64(counted: isNegative ? -Int128(value) : Int128(value))
    }
}
