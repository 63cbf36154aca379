import Glibc

/// Puts files into outboxes and reports, whole or not at all, and makes them durable together
/// (design.md §4, step 6).
///
/// Each file is written under another name and synced. `finish` renames them all into their places
/// and syncs the directories. A receipt first makes room for itself (`ReceiptPlace`).
package struct Publishing {
    private let temporary: Directory
    private let prefix: String
    private var written: [Written] = []
    private var sync = SharedSync()
    private var next = 0

    /// A file that is written and not yet in its place.
    private struct Written {
        let name: FileName
        let directory: String
        let finalName: FileName
        let mode: mode_t
        /// For a receipt: its content's digest, and its name if it cannot have the plain one.
        let receipt: ReceiptPlace?
        /// A directory of ours in which a receipt is kept, too.
        let keptIn: String?

        /// The mode of its directory, if that is missing: a file that only we may read lies where
        /// only we may look.
        var directoryMode: mode_t { mode & 0o077 == 0 ? Spool.privateMode : Spool.sharedMode }
    }

    /// How many files are written but not in their places yet.
    package var count: Int { written.count }

    /// Writes files in the spool's `tmp`, for places anywhere in the spool.
    package init(_ spool: Spool) throws(SystemError) {
        temporary = try Directory("\(spool.root)/tmp")
        prefix = "\(spool.program).out."
    }

    /// Writes files in `directory` itself, hidden until `finish`, because it may lie on another
    /// disk. Removes the hidden files that a run that died left there. The caller holds the
    /// program's lock.
    package init(into directory: Directory, program: String) throws(SystemError) {
        temporary = directory
        prefix = ".\(program).out."
        try directory.removeAll(beginningWith: prefix)
    }

    /// Writes one file, piece by piece, that will be `directory`/`name`.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - directory: the path of its directory.
    ///   - ifChanged: leave the file that is there alone if it has the same bytes.
    ///   - mode: who may read it.
    ///   - body: writes the content.
    /// - Throws: `SystemError` and what `body` throws.
    package mutating func add(
        _ name: String, in directory: String, ifChanged: Bool = false, mode: mode_t = 0o644,
        _ body: (inout PieceWriter) throws -> Void
    ) throws {
        try add(
            name, in: directory, ifChanged: ifChanged, mode: mode, receipt: nil, body)
    }

    /// Writes the receipt for a file that was dropped as `name` and has the SHA-256 `digest`.
    ///
    /// Its bytes may be kept in a directory of ours, too, under a second name of the same file. The
    /// owner of the outbox can remove the first, but only we can write to the file. That directory
    /// is not synced here: `Spool.finish` does it when it moves the file itself there.
    ///
    /// Returns the number under which `finishUnobstructed` reports an obstacle.
    package mutating func addReceipt(
        for name: FileName, digest: String, in outbox: String, keptIn directory: String? = nil,
        _ body: (inout PieceWriter) throws -> Void
    ) throws -> Int {
        let place = ReceiptPlace(stem: name.stem, digest: digest)
        try add(place.plain, in: outbox, receipt: place, keptIn: directory, body)
        return written.count - 1
    }

    private mutating func add(
        _ name: String, in directory: String, ifChanged: Bool = false, mode: mode_t = 0o644,
        receipt: ReceiptPlace?, keptIn: String? = nil,
        _ body: (inout PieceWriter) throws -> Void
    ) throws {
        let temporaryName = FileName("\(prefix)\(next)")
        next += 1
        let path = "\(temporary.path)/\(temporaryName)"
        let descriptor = try check("cannot make", path) {
            openat(
                temporary.descriptor, temporaryName.text,
                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        }
        defer { close(descriptor) }
        // The umask must not decide who may read a published file.
        try check("cannot set the mode of", path) { fchmod(descriptor, mode) }
        var writer = PieceWriter(descriptor: descriptor, path: path)
        try body(&writer)
        if ifChanged, try isPublished(descriptor, path, as: FileName(name), in: directory) {
            return try temporary.remove(temporaryName)
        }
        try sync.take(descriptor, path)
        written.append(
            Written(
                name: temporaryName, directory: directory, finalName: FileName(name), mode: mode,
                receipt: receipt, keptIn: keptIn))
    }

    /// Leaves the written files where they are; the program's next run removes them.
    package mutating func abandon() {
        written = []
    }

    /// Moves the files into their places and syncs the directories. An obstacle ends the run.
    package mutating func finish() throws(SystemError) {
        if let obstacle = try finishUnobstructed().values.first { throw obstacle }
    }

    /// Moves the files into their places, in the order in which they were written, and syncs the
    /// directories.
    ///
    /// Returns the obstacles by the numbers of their files. A reseller may make a mess of their own
    /// outbox, but other users' files must not suffer from it.
    package mutating func finishUnobstructed() throws(SystemError) -> [Int: SystemError] {
        try sync.finish(in: temporary)
        var directories = TouchedDirectories()
        var archive = TouchedDirectories()
        var obstacles: [Int: SystemError] = [:]
        for (number, file) in written.enumerated() {
            do {
                let directory = try directories.at(file.directory, mode: file.directoryMode)
                if let receipt = file.receipt {
                    if let path = file.keptIn {
                        try archive.at(path).keep(
                            file.name, from: temporary, as: KeptName.receipt(of: receipt.digest))
                    }
                    try receipt.take(file.name, from: temporary, into: directory)
                } else {
                    try directory.take(file.name, from: temporary, as: file.finalName)
                }
            } catch  where error.isObstacle {
                obstacles[number] = error
                try temporary.remove(file.name)
            }
        }
        try directories.sync()
        written = []
        return obstacles
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

extension Directory {
    /// Gives a file of ours a second name here, in the place of an earlier receipt.
    fileprivate func keep(
        _ name: FileName, from source: Directory, as newName: String
    ) throws(SystemError) {
        let new = FileName(newName)
        while linkat(source.descriptor, name.text, descriptor, new.text, 0) != 0 {
            guard errno == EEXIST else { throw SystemError("cannot name", "\(path)/\(newName)") }
            try remove(new)
        }
    }
}
