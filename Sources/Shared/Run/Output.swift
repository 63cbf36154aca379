import Failures
import Glibc

/// Writes all of `bytes`, with one call where the system takes them at once.
func write(_ bytes: [UInt8], to descriptor: Int32) throws(OutputError) {
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
        }
        if count >= 0 {
            written += count
        } else if errno != EINTR {
            throw OutputError(code: errno)
        }
    }
}

/// Why a summary could not be told. What it tells of is done.
struct OutputError: StageFailure, CustomStringConvertible {
    /// The `errno` of the write.
    let code: Int32

    var exitStatus: ExitStatus { .ioFailed }

    var description: String {
        """
        the summary cannot be written to standard output: \(String(cString: strerror(code))). \
        What the run did is done, and stays so.
        """
    }
}
