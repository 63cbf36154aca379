import Glibc

/// Puts files into outboxes, whole or not at all, and makes them durable together.
///
/// Each is written into `tmp` and synced; `finish` renames them into their places and syncs the
/// directories. Step 6 of design.md §4.
package struct Publishing {
    private let spool: Spool
    private let temporary: Directory
    private var written: [(name: FileName, directory: String, finalName: FileName)] = []
    private var next = 0

    package init(_ spool: Spool) throws(SystemError) {
        self.spool = spool
        temporary = try Directory("\(spool.root)/tmp")
    }

    /// Writes one file, piece by piece, to be `directory`/`name`.
    package mutating func add(
        _ name: String, in directory: String, _ body: (inout PieceWriter) throws -> Void
    ) throws {
        let temporaryName = FileName("\(spool.program).out.\(next)")
        next += 1
        let path = "\(temporary.path)/\(temporaryName)"
        let descriptor = try check("cannot make", path) {
            openat(
                temporary.descriptor, temporaryName.text,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        }
        defer { close(descriptor) }
        var writer = PieceWriter(descriptor: descriptor, path: path)
        try body(&writer)
        try check("cannot sync", path) { fsync(descriptor) }
        written.append((temporaryName, directory, FileName(name)))
    }

    /// Moves the files into their places and syncs the directories.
    package mutating func finish() throws(SystemError) {
        var directories = TouchedDirectories(mode: Spool.sharedMode)
        for file in written {
            try directories.at(file.directory)
                .take(file.name, from: temporary, as: file.finalName)
        }
        try directories.sync()
        written = []
    }
}

/// Writes a file's bytes as they come.
package struct PieceWriter {
    let descriptor: Int32
    let path: String

    package func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try writeAll($0, to: descriptor, path) }
    }
}
