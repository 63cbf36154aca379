import Glibc

/// Makes a group of files durable before they get their names. A few files are synced one by one;
/// many are synced with one sync of their file system, which is cheapest for many small files.
///
/// A sync of the file system also waits for data that other programs wrote to it. That is why a few
/// files are synced one by one.
struct SharedSync {
    /// The most files or directories that are synced one by one.
    static let alone = 8

    private var files = 0
    /// The files, while they are few enough to be synced one by one.
    private var open: [OpenFile] = []

    /// Adds a file that is written. The caller closes its own descriptor.
    mutating func take(_ descriptor: Int32, _ path: String) throws(SystemError) {
        files += 1
        if files <= Self.alone {
            open.append(try OpenFile(descriptor, path))
        } else {
            open = []
        }
    }

    /// Syncs the files; once it returns they are on disk. `directory` must have been opened before
    /// they were written, so that their write errors are reported here (syncfs(2), Linux 5.8).
    mutating func finish(in directory: Directory) throws(SystemError) {
        for file in open { try file.sync() }
        if files > Self.alone {
            try directory.syncFileSystem()
        }
        open = []
        files = 0
    }
}

/// A second descriptor for an open file, which stays open when the first is closed.
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
