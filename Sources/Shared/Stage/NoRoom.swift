import Failures
import Spool

/// The spool's disk has less room than the configuration wants before anything is taken.
package struct NoRoom: StageFailure, CustomStringConvertible {
    let path: String
    /// In bytes, as `wanted`.
    let free: Int
    let wanted: Int

    package var exitStatus: ExitStatus { .ioFailed }

    package var description: String {
        """
        \(path) has \(free) bytes free, intake.min_free_bytes wants \(wanted); nothing was taken, \
        the files wait in their inboxes; make room and run again
        """
    }

    /// Refuses a spool whose disk is nearly full.
    ///
    /// - Throws: `NoRoom`, `SystemError`.
    static func check(_ spool: Spool, leastFree: Int) throws {
        let free = try spool.freeBytes()
        guard free >= leastFree else {
            throw NoRoom(path: spool.root, free: free, wanted: leastFree)
        }
    }
}
