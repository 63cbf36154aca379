import CSync
import Glibc

/// Makes the files of a group durable before they get their names: the first few one by one, the rest
/// with one sync of their file system, which is what many small files cost least by.
///
/// A sync of the file system also waits for what others wrote to it. That is why a few files are
/// synced alone.
struct SharedSync {
    /// The most files that are synced one by one.
    private static let alone = 8

    private var files = 0

    /// Takes a file that is written and still open.
    mutating func take(_ descriptor: Int32, _ path: String) throws(SystemError) {
        files += 1
        if files <= Self.alone { try check("cannot sync", path) { fsync(descriptor) } }
    }

    /// From here on the files taken are on disk. `directory` was opened before they were written, so
    /// that an error of theirs is told here (syncfs(2), Linux 5.8).
    mutating func finish(in directory: Directory) throws(SystemError) {
        if files > Self.alone {
            try check("cannot sync", directory.path) { csync_syncfs(directory.descriptor) }
        }
        files = 0
    }
}
