/// Memory that collects bytes, is written at once, and is used again. An array would check at each
/// byte whether it is shared.
struct BytePage: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    deinit { start.deallocate() }

    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

    mutating func clear() {
        count = 0
    }

    mutating func append(_ byte: UInt8) {
        makeRoom(for: 1)
        start[count] = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        makeRoom(for: bytes.count)
        (start + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { append($0) }
    }

    mutating func append(_ word: StaticString) {
        append(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func makeRoom(for more: Int) {
        guard count + more > capacity else { return }
        let larger = max(2 * capacity, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: start, count: count)
        start.deallocate()
        start = moved
        capacity = larger
    }
}

// Numbers, in decimal.
extension BytePage {
    mutating func decimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        digits(value.magnitude, atLeast: 1)
    }

    /// With six decimals.
    mutating func millionths(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let (units, millionths) = value.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        digits(units, atLeast: 1)
        append(UInt8(ascii: "."))
        digits(millionths, atLeast: 6)
    }

    /// With leading zeros up to `width` digits.
    mutating func digits(_ value: UInt64, atLeast width: Int) {
        var length = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            length += 1
        }
        length = max(length, width)
        makeRoom(for: length)
        rest = value
        var place = count + length
        while place > count {
            place -= 1
            start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += length
    }
}
