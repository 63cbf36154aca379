import Glibc
import Spool

/// Notices SIGTERM and SIGINT, so that a run can end where it pleases. A second signal ends the
/// program at once, which does no harm either.
final class StopSignal {
    /// Readable, as poll(2) says, once a signal came.
    let descriptor: Int32

    /// One for a process.
    ///
    /// - Throws: `SystemError`: too many files are open.
    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("cannot make", "a pipe") }
        // A child must not hold them.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptor = ends[0]
        stopPipe = ends[1]
        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                signal(number, SIG_DFL)
                var byte: UInt8 = 0
                write(stopPipe, &byte, 1)
            }
        }
    }

    var isGiven: Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }
}

/// The end that the handler writes to. It is set before the handler is.
private nonisolated(unsafe) var stopPipe: Int32 = -1
