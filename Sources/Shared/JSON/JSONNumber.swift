/// A number as written. It never passes through a floating-point type.
package struct JSONNumber: Hashable, Sendable {
    /// The characters of the number, for an exact type to read.
    package let text: String
    /// Whether it has neither a fraction nor an exponent.
    package let isInteger: Bool
    package let hasExponent: Bool

    /// The number if it is written as an integer, which `1.0` and `1e3` are not, and fits 64 bits.
    package var integer: Int64? { isInteger ? Int64(text) : nil }
}
