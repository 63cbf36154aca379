import Failures
import Glibc

/// Runs `body` while this process alone holds the lock file at `path`, or throws `LockError.held`
/// at once.
///
/// `flock(2)` belongs to the open file: the kernel lets go when the process ends, however it ends,
/// and the file may stay. Its directory is made where it is missing.
package func withLock<Value>(
    _ path: String, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Value
) async throws -> Value {
    let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    // A directory that cannot be made shows when the file in it is opened.
    if let parent = directory.lastIndex(of: "/") { mkdir(String(directory[..<parent]), 0o755) }
    mkdir(String(directory), 0o700)

    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw LockError.failed(path: path, code: errno) }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw errno == EWOULDBLOCK
            ? LockError.held(path: path) : LockError.failed(path: path, code: errno)
    }
    return try await body()
}

/// Why a lock was not taken.
package enum LockError: Error, Equatable {
    case held(path: String)
    /// `code` is the `errno` of opening or locking the file.
    case failed(path: String, code: Int32)
}

extension LockError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .held(let path):
            "another run holds the lock \(path). Nothing was run; what is due is that run's, or the next's."
        case .failed(let path, let code):
            """
            the lock \(path) cannot be taken: \(SystemWords(code).cause). Nothing was run; \
            \(SystemWords(code).cure) and run again.
            """
        }
    }
}

extension LockError: StageFailure {
    package var exitStatus: ExitStatus {
        switch self {
        case .held: .alreadyRunning
        case .failed: .ioFailed
        }
    }
}
