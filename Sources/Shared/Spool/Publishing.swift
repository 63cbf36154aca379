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
        // The umask has no say in who may read what is published.
        try check("cannot set the mode of", path) { fchmod(descriptor, 0o644) }
        var writer = PieceWriter(descriptor: descriptor, path: path)
        try body(&writer)
        try check("cannot sync", path) { fsync(descriptor) }
        written.append((temporaryName, directory, FileName(name)))
    }

    /// The name of the receipt for a file that was dropped as `name`: after it, unless a receipt of
    /// that name is there, or about to be, for other content (contract.md §4).
    package func receiptName(
        for name: FileName, digest: String, in outbox: String
    ) throws -> String {
        let plain = "\(name.stem).receipt.json"
        let isTaken =
            try written.contains { $0.directory == outbox && $0.finalName == FileName(plain) }
            || isForOther(digest, "\(outbox)/\(plain)")
        return isTaken ? "\(name.stem).\(digest.prefix(8)).receipt.json" : plain
    }

    /// Whether a receipt is there whose beginning does not name `digest`.
    private func isForOther(_ digest: String, _ path: String) throws(SystemError) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            if errno == ELOOP { return true }
            throw SystemError("cannot open", path)
        }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: 2_048)
        let count = try check("cannot read", path) {
            Int32(read(descriptor, &head, head.count))
        }
        return !String(decoding: head[..<Int(count)], as: UTF8.self).contains(digest)
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
