import Synchronization

/// How far an answer has come in a file.
final class FilePlace: Sendable {
    private let rest: Mutex<Range<Int64>>

    init(_ range: Range<Int64>) {
        rest = Mutex(range)
    }

    /// The next bytes to read; nil at the end.
    func next(atMost most: Int) -> (offset: Int64, count: Int)? {
        rest.withLock { rest in
            guard !rest.isEmpty else { return nil }
            let count = min(most, rest.count)
            let offset = rest.lowerBound
            rest = (offset + Int64(count))..<rest.upperBound
            return (offset, count)
        }
    }
}
