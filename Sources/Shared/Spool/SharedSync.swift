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
    /// As long as they are few enough to be synced one by one.
    private var open: [OpenFile] = []

    /// Takes a file that is written; the caller closes his descriptor.
    mutating func take(_ descriptor: Int32, _ path: String) throws(SystemError) {
        files += 1
        if files <= Self.alone {
            open.append(try OpenFile(descriptor, path))
        } else {
            open = []
        }
    }

    /// From here on the files taken are on disk. `directory` was opened before they were written, so
    /// that an error of theirs is told here (syncfs(2), Linux 5.8).
    mutating func finish(in directory: Directory) throws(SystemError) {
        for file in open { try file.sync() }
        if files > Self.alone {
            try check("cannot sync", directory.path) { csync_syncfs(directory.descriptor) }
        }
        open = []
        files = 0
    }
}

/// A descriptor of our own of a file that somebody else has open.
private final class OpenFile: Sendable {
    private let descriptor: Int32
    private let path: String

    init(_ other: Int32, _ path: String) throws(SystemError) {
        self.path = path
        descriptor = try check("cannot keep open", path) { fcntl(other, F_DUPFD_CLOEXEC, 0) }
    }

    deinit {
        close(descriptor)
    }

    func sync() throws(SystemError) {
        try check("cannot sync", path) { fsync(descriptor) }
    }
}
