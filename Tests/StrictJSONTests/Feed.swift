import StrictJSON

/// The ways a document's bytes can reach the reader. None may make a difference.
enum Feed: CaseIterable {
    /// All in memory.
    case whole
    /// Through a window of one byte, which has to grow for each longer token.
    case oneByteWindow
    case sevenByteWindow
    /// Into a large window, a byte each time.
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

/// What reading a document as a value comes to.
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

/// The error that `body` throws, if it is the reader's.
func refusal(_ body: () throws -> Void) throws -> JSONError? {
    do {
        try body()
        return nil
    } catch let error as JSONError {
        return error
    }
}
