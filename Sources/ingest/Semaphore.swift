import Glibc

/// Counts what one thread signals and another waits for (sem_overview(7)).
final class Semaphore: Sendable {
    nonisolated(unsafe) private let handle: UnsafeMutablePointer<sem_t>

    /// - Parameter count: how many signals there are already.
    init(_ count: Int = 0) {
        handle = .allocate(capacity: 1)
        handle.initialize(to: sem_t())
        sem_init(handle, 0, UInt32(count))
    }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func signal() {
        sem_post(handle)
    }

    /// Takes one signal, once there is one.
    func wait() {
        while sem_wait(handle) != 0, errno == EINTR {}
    }
}
