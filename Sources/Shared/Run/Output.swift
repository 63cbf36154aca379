import Failures
import Glibc

/// Writes all of `bytes`, with one call if the system takes them at once.
func write(_ bytes: [UInt8], to descriptor: Int32) throws(OutputError) {
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            return Glibc.write(descriptor, rest.baseAddress, rest.count)
        }
        if count >= 0 {
            written += count
        } else if errno != EINTR {
            throw OutputError(code: errno)
        }
    }
}

/// Writes one line to standard output.
package func answer(_ line: String) throws(OutputError) {
    try write(Array("\(line)\n".utf8), to: STDOUT_FILENO)
}

/// Why a result could not be written to standard output. The work itself is done.
package struct OutputError: StageFailure, CustomStringConvertible {
    /// The `errno` of the write.
    let code: Int32

    package var exitStatus: ExitStatus { .ioFailed }

    package var description: String {
        """
        standard output cannot be written: \(SystemWords(code).cause). The run itself is done, and \
        its log says what it did; \(SystemWords(code).cure).
        """
    }
}
