import Failures
import Glibc
import Spool

/// A thread for calls that block. Swift's own threads are as few as the processors, and a sync of
/// the disk on one of them would hold up every call.
package enum OwnThread {
    /// Runs `body` on a new thread.
    ///
    /// - Throws: `SystemError`.
    package static func run(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(
            &thread, nil,
            { work in
                guard let work else { return nil }
                Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw SystemError("cannot start a thread of", "this program", code: code)
        }
        pthread_detach(thread)
    }

    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
