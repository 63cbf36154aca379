import Failures
import Glibc

/// A system call that failed, and its purpose.
package struct SystemError: Error, Equatable {
    /// In words: `cannot rename`.
    package let operation: String
    package let path: String
    package let code: Int32

    package init(_ operation: String, _ path: String, code: Int32 = errno) {
        self.operation = operation
        self.path = path
        self.code = code
    }
}

extension SystemError: CustomStringConvertible {
    package var description: String {
        let words = SystemWords(code)
        return "\(operation) \(path): \(words.cause); nothing is lost; \(words.cure) and run again"
    }
}

/// Makes a system call that returns -1 on failure, and repeats it while it is interrupted.
@discardableResult
func check(
    _ operation: @autoclosure () -> String, _ path: @autoclosure () -> String, _ call: () -> Int32
) throws(SystemError) -> Int32 {
    while true {
        let result = call()
        if result >= 0 { return result }
        guard errno == EINTR else { throw SystemError(operation(), path()) }
    }
}

extension SystemError {
    /// Whether a user caused it by putting something into their own directory, or by taking
    /// something of ours away there. The disk did not fail then, so the files of other users must
    /// go on.
    package var isObstacle: Bool {
        [EACCES, EPERM, EISDIR, ENOTDIR, ENOTEMPTY, EEXIST, ELOOP, EBUSY].contains(code)
    }
}

extension SystemError {
    /// Whether the disk is full, or this user may have no more of it.
    package var isNoRoom: Bool { code == ENOSPC || code == EDQUOT }
}

extension SystemError: StageFailure {
    package var exitStatus: ExitStatus { .ioFailed }
}
