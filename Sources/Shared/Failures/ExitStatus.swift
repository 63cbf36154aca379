/// The exit statuses of the programs (contract.md §1).
package enum ExitStatus: Int32, Sendable {
    /// Rejected files and orders do not change this: receipts report them.
    case done = 0
    case wrongUsage = 64
    /// The audit found an error in the books.
    case booksWrong = 65
    /// Stopped by something unexpected; the log says what.
    case unexpected = 70
    /// Input or output failed. Nothing is lost: repair it and run again.
    case ioFailed = 74
    /// Another run holds the lock; this one did nothing.
    case alreadyRunning = 75
    /// The configuration is wrong; nothing was touched.
    case badConfiguration = 78
}

/// An error that knows the exit status of the program that it stops. Any other error ends the
/// program with `unexpected`.
package protocol StageFailure: Error {
    var exitStatus: ExitStatus { get }
}
