/// A natural number of any size, calculated as at school: slow, and clearly right. The tests
/// compare the fast arithmetic with it.
struct Natural: Equatable {
    /// Decimal digits, the lowest first; none for zero.
    private var digits: [Int]

    static let zero = Natural(digits: [])
    static let one = Natural("1")

    private init(digits: [Int]) {
        self.digits = digits
        while self.digits.last == 0 { self.digits.removeLast() }
    }

    /// A number written in decimal digits.
    init(_ text: String) {
        self.init(digits: text.reversed().map { $0.wholeNumberValue! })
    }

    init(_ number: UInt64) {
        self.init(String(number))
    }

    static func power(ofTen exponent: Int) -> Natural {
        Natural(digits: Array(repeating: 0, count: exponent) + [1])
    }

    static func + (a: Natural, b: Natural) -> Natural {
        var sum: [Int] = []
        var carry = 0
        for index in 0..<max(a.digits.count, b.digits.count) {
            let column = a.digit(index) + b.digit(index) + carry
            sum.append(column % 10)
            carry = column / 10
        }
        return Natural(digits: sum + [carry])
    }

    /// The difference; `b` is not the larger.
    static func - (a: Natural, b: Natural) -> Natural {
        var difference: [Int] = []
        var borrow = 0
        for index in a.digits.indices {
            let column = a.digit(index) - b.digit(index) - borrow
            difference.append((column + 10) % 10)
            borrow = column < 0 ? 1 : 0
        }
        return Natural(digits: difference)
    }

    static func * (a: Natural, b: Natural) -> Natural {
        var product = Array(repeating: 0, count: a.digits.count + b.digits.count + 1)
        for (i, x) in a.digits.enumerated() {
            for (j, y) in b.digits.enumerated() {
                product[i + j] += x * y
            }
        }
        for index in product.indices.dropLast() {
            product[index + 1] += product[index] / 10
            product[index] %= 10
        }
        return Natural(digits: product)
    }

    static func < (a: Natural, b: Natural) -> Bool {
        guard a.digits.count == b.digits.count else { return a.digits.count < b.digits.count }
        return a.digits.reversed().lexicographicallyPrecedes(b.digits.reversed())
    }

    /// Long division; `divisor` is not zero.
    func divided(by divisor: Natural) -> (quotient: Natural, remainder: Natural) {
        var quotient: [Int] = []
        var remainder = Natural.zero
        for digit in digits.reversed() {
            remainder = Natural(digits: [digit] + remainder.digits)
            var times = 0
            while !(remainder < divisor) {
                remainder = remainder - divisor
                times += 1
            }
            quotient.append(times)
        }
        return (Natural(digits: quotient.reversed()), remainder)
    }

    /// The quotient, one more if there is a remainder and `up`.
    func divided(by divisor: Natural, up: Bool) -> Natural {
        let (quotient, remainder) = divided(by: divisor)
        return up && remainder != .zero ? quotient + .one : quotient
    }

    /// The number, if it fits 64 bits.
    var int64: Int64? { Int64(description) }

    private func digit(_ index: Int) -> Int {
        index < digits.count ? digits[index] : 0
    }
}

extension Natural: CustomStringConvertible {
    var description: String {
        digits.isEmpty ? "0" : digits.reversed().map(String.init).joined()
    }
}
