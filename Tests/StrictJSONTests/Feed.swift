import StrictJSON

/// The ways in which a document's bytes can reach the reader. All must give the same result.
enum Feed: CaseIterable {
    /// All bytes in memory.
    case whole
    /// Through a window of one byte, which has to grow for each longer token.
    case oneByteWindow
    case sevenByteWindow
    /// Into a large window, one byte at a time.
    case dribble

    func reader(of bytes: [UInt8], limits: JSONLimits = JSONLimits()) -> JSONReader {
        switch self {
        case .whole: JSONReader(bytes: bytes, limits: limits)
        case .oneByteWindow: streamed(bytes, limits, window: 1, atOnce: 1)
        case .sevenByteWindow: streamed(bytes, limits, window: 7, atOnce: 7)
        case .dribble: streamed(bytes, limits, window: 1 << 16, atOnce: 1)
        }
    }

    private func streamed(
        _ bytes: [UInt8], _ limits: JSONLimits, window: Int, atOnce: Int
    ) -> JSONReader {
        var rest = bytes[...]
        return JSONReader(limits: limits, windowBytes: window) { memory in
            let next = rest.prefix(min(memory.count, atOnce))
            memory.copyBytes(from: next)
            rest = rest.dropFirst(next.count)
            return next.count
        }
    }
}

/// The result of reading a document as a value.
func read(_ bytes: [UInt8], by feed: Feed, limits: JSONLimits = JSONLimits()) throws -> JSONValue {
    var reader = feed.reader(of: bytes, limits: limits)
    let value = try reader.value()
    try reader.end()
    return value
}

/// Skips a whole document.
func skip(_ bytes: [UInt8], by feed: Feed, limits: JSONLimits = JSONLimits()) throws {
    var reader = feed.reader(of: bytes, limits: limits)
    try reader.skip()
    try reader.end()
}

/// The error that `body` throws, if it comes from the reader.
func refusal(_ body: () throws -> Void) throws -> JSONError? {
    do {
        try body()
        return nil
    } catch let error as JSONError {
        return error
    }
}
