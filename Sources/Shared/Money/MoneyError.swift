/// Why a text is not money, or a calculation has no exact result.
///
/// A description begins with a verb, so that a caller puts the name of the value before it:
/// `max_rate must not be negative, but is "-1"`.
package enum MoneyError: Error, Equatable {
    /// Not written as a decimal number.
    case malformed(String, decimals: Int)
    /// More decimals than we keep. They are never cut off silently.
    case tooManyDecimals(String, decimals: Int)
    /// Below zero where only zero or more makes sense.
    case negative(String)
    /// Zero where only more makes sense.
    case notPositive(String)
    /// Not a currency code.
    case notACurrency(String)
    /// Too large for 64 bits.
    case overflow
}

extension MoneyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let text, let decimals):
            """
            must be a decimal number with at most \(decimals) decimals, such as "12.50", \
            but is \(excerpt(of: text))
            """
        case .tooManyDecimals(let text, let decimals):
            "must have at most \(decimals) decimals, but is \(excerpt(of: text))"
        case .negative(let text):
            "must not be negative, but is \(excerpt(of: text))"
        case .notPositive(let text):
            "must be greater than zero, but is \(excerpt(of: text))"
        case .notACurrency(let text):
            """
            must be a currency code of three to five capital letters, such as "USD", \
            but is \(excerpt(of: text))
            """
        case .overflow:
            "must be smaller: it is beyond what can be counted exactly"
        }
    }

    /// The beginning of `text`, quoted: it comes from outside and may be a megabyte long.
    private func excerpt(of text: String) -> String {
        let limit = 40
        let beginning = String(text.unicodeScalars.prefix(limit))
        let isWhole = beginning.utf8.count == text.utf8.count
        return isWhole ? text.debugDescription : beginning.debugDescription + "…"
    }
}
