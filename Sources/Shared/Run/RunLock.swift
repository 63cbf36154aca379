import Failures
import Glibc

/// Runs `body` while this process alone holds the lock file at `path`, or throws `LockError.held`
/// at once.
///
/// The kernel releases the lock (`flock(2)`) when the process ends, however it ends; the file may
/// stay. A missing directory is made.
package func withLock<Value>(
    _ path: String, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Value
) async throws -> Value {
    let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    // If the directory cannot be made, opening the file reports it.
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

/// Why a program did not get its lock.
package enum LockError: Error, Equatable {
    case held(path: String)
    /// `code` is the `errno` of opening or locking the file.
    case failed(path: String, code: Int32)
}

extension LockError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .held(let path):
            "another run holds the lock \(path). Nothing was run; the next run does what is left."
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
