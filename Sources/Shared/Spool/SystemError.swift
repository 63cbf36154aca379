import Failures
import Glibc

/// A system call that failed, with what it was for.
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

/// The result of a call that returns -1 when it fails; one that was interrupted is made again.
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
    /// Whether it is about what somebody put, or took from us, in a directory of his own, and not
    /// about the disk: then it must stop nobody else.
    package var isObstacle: Bool {
        [EACCES, EPERM, EISDIR, ENOTDIR, ENOTEMPTY, EEXIST, ELOOP, EBUSY].contains(code)
    }
}

extension SystemError: StageFailure {
    package var exitStatus: ExitStatus { .ioFailed }
}
