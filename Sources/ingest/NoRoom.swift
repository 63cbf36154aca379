import Failures

/// The disk has less room than the configuration wants before anything is taken.
struct NoRoom: StageFailure, CustomStringConvertible {
    let path: String
    /// In bytes, as `wanted`.
    let free: Int
    let wanted: Int

    var exitStatus: ExitStatus { .ioFailed }

    var description: String {
        """
        \(path) has \(free) bytes free, intake.min_free_bytes wants \(wanted); nothing was taken, \
        the files wait in their inboxes; make room and run again
        """
    }
}
