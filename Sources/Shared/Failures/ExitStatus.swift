/// What a program says with its exit status (contract.md §1).
package enum ExitStatus: Int32, Sendable {
    /// Also when files or orders were rejected: that is what receipts are for.
    case done = 0
    case wrongUsage = 64
    /// The audit found the books wrong.
    case booksWrong = 65
    /// Stopped by something unexpected; the log says what.
    case unexpected = 70
    /// Input or output failed. Nothing is lost: run again when it is mended.
    case ioFailed = 74
    /// Another run holds the lock: nothing to do.
    case alreadyRunning = 75
    /// Nothing was touched.
    case badConfiguration = 78
}

/// An error that knows with which status the program ends that it stops. What a run throws and is no
/// `StageFailure` ends it as `unexpected`.
package protocol StageFailure: Error {
    var exitStatus: ExitStatus { get }
}
