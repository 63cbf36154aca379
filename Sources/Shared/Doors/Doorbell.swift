import Glibc
import Spool

/// Wakes a thread of ours that waits for work.
final class Doorbell: Sendable {
    /// Readable once it was rung.
    let reading: Int32
    private let writing: Int32

    /// - Throws: `SystemError`.
    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("cannot make", "a pipe") }
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// A full pipe is as good as a rung bell.
    func ring() {
        var byte: UInt8 = 0
        _ = write(writing, &byte, 1)
    }

    /// Waits until it rings. The caller checks whether what it waits for is there.
    func wait() {
        var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        _ = poll(&waiting, 1, -1)
        quieten()
    }

    /// Forgets all that was rung so far.
    func quieten() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while read(reading, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
    }
}
