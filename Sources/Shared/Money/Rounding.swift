/// Where the part of an amount below a millionth goes.
package enum Rounding: Sendable {
    /// To the next millionth above: the ceiling, also below zero.
    case up
    /// To the next millionth below: the floor, also below zero.
    case down
}

extension Int128 {
    /// This number ÷ `divisor`, which is positive, as a whole number.
    func divided(by divisor: Int128, rounding: Rounding) -> Int128 {
        precondition(divisor > 0)
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return switch rounding {
        case .up: remainder > 0 ? quotient + 1 : quotient
        case .down: remainder < 0 ? quotient - 1 : quotient
        }
    }
}

extension Int64 {
    /// A result computed in 128 bits, if 64 bits hold it.
    init(counted result: Int128) throws(MoneyError) {
        guard let result = Int64(exactly: result) else { throw .overflow }
        self = result
    }
}
