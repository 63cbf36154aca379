import Failures
import Glibc

/// Wakes a waiting thread from another one.
struct Bell: ~Copyable, Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws(TransportError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw TransportError(text: "no pipe: \(SystemWords(errno).cause)")
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Call once for each time that a thread begins to wait, so that the pipe is never full.
    func ring() {
        var byte: UInt8 = 0
        _ = write(writing, &byte, 1)
    }

    /// Waits until it rings, the time is over, or a signal comes. The caller checks whether what it
    /// waits for is there.
    func wait(milliseconds: Int) {
        var descriptor = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        var rung: UInt64 = 0
        guard poll(&descriptor, 1, Int32(clamping: milliseconds)) > 0 else { return }
        _ = read(reading, &rung, MemoryLayout.size(ofValue: rung))
    }
}
