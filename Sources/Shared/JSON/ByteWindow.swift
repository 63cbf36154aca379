/// The part of a document in memory: from the current token to the end of the bytes read so far.
///
/// ```
/// base ……… start ……… cursor ……… limit, then eight zero bytes
///            └ the current token  └ end of what was read
/// ```
/// This file and the scanners use memory without bounds checks. This invariant makes it safe:
/// `start` ≤ `cursor` ≤ `limit` ≤ `capacity`, and the memory has eight bytes more than `capacity`;
/// the eight bytes after `limit` are zero. No zero byte is valid in JSON, so a scanner that stops
/// at one stops at `limit`, and a load of eight bytes from anywhere before `limit` stays inside.
struct ByteWindow: ~Copyable {
    /// Puts the next bytes of the document into the given memory, and returns their number; 0 at
    /// the end.
    typealias Refill = (UnsafeMutableRawBufferPointer) throws -> Int

    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int
    private(set) var limit = 0
    /// The first byte of the current token. Bytes before it may be dropped.
    private(set) var start = 0
    /// The first byte that is not consumed.
    var cursor = 0

    /// How many bytes of the document lie before `base`.
    private var dropped = 0
    /// The position of the byte at `placed`, which is never after `start`.
    private var place = Position()
    private var placed = 0

    /// Nil once the document has ended.
    private var refill: Refill?
    /// Whether the reader wanted more than the document has.
    private(set) var hasRunOut = false

    static let padding = 8

    /// A whole document. The bytes are copied.
    init(copying bytes: RawSpan) {
        self.init(capacity: bytes.byteCount, refill: nil)
        let memory = UnsafeMutableRawBufferPointer(start: base, count: capacity)
        bytes.withUnsafeBytes { memory.copyMemory(from: $0) }
        end(at: bytes.byteCount)
    }

    init(capacity: Int, refill: Refill?) {
        self.capacity = capacity
        self.refill = refill
        base = .allocate(capacity: capacity + Self.padding)
        end(at: 0)
    }

    deinit {
        base.deallocate()
    }

    /// The first byte of the current token, valid until the next `fill`.
    var token: UnsafeMutablePointer<UInt8> { base + start }

    /// How many bytes are in memory from the token on.
    var available: Int { limit - start }

    /// The token as written, valid until the next `fill`.
    var written: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: token, count: cursor - start)
    }

    /// The bytes between a string's quotation marks, valid until the next `fill`.
    var contents: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: token + 1, count: cursor - start - 2)
    }

    /// Begins a token at `index`.
    mutating func startToken(at index: Int) {
        start = index
        cursor = index
    }

    /// Reads more bytes after `limit`; false at the end of the document.
    ///
    /// The token moves to the front: offsets from `start` stay right, pointers do not. A token that
    /// fills the window makes it grow; its reader limits that.
    mutating func fill() throws -> Bool {
        guard let refill else {
            hasRunOut = true
            return false
        }
        dropBeforeToken()
        if limit == capacity { grow() }
        let space = UnsafeMutableRawBufferPointer(start: base + limit, count: capacity - limit)
        let count = try refill(space)
        precondition(0...space.count ~= count, "a refill reports more bytes than it was given")
        if count == 0 {
            self.refill = nil
            hasRunOut = true
        }
        end(at: limit + count)
        return count > 0
    }

    private mutating func dropBeforeToken() {
        _ = positionOfToken()
        placed = 0
        base.update(from: token, count: available)
        limit -= start
        cursor -= start
        dropped += start
        start = 0
    }

    private mutating func grow() {
        let larger = capacity * 2
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Self.padding)
        memory.update(from: base, count: limit)
        base.deallocate()
        base = memory
        capacity = larger
    }

    private mutating func end(at limit: Int) {
        self.limit = limit
        (base + limit).update(repeating: 0, count: Self.padding)
    }
}

extension ByteWindow {
    /// How many bytes of the document lie before the token.
    var offsetOfToken: Int { dropped + start }

    /// The position of the token. It looks at each byte once, however often it is called.
    mutating func positionOfToken() -> Position {
        place = place(at: 0)
        placed = start
        return place
    }

    /// The position `length` bytes into the token.
    func place(at length: Int) -> Position {
        var place = place
        place.advance(
            over: UnsafeBufferPointer(start: base + placed, count: start + length - placed))
        return place
    }
}
