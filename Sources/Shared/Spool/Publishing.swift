import Glibc

/// Puts files into outboxes and reports, whole or not at all, and makes them durable together.
///
/// Each is written under another name and synced; `finish` renames them into their places and syncs
/// the directories. Step 6 of design.md §4. A receipt first makes room for itself (`ReceiptPlace`).
package struct Publishing {
    private let temporary: Directory
    private let prefix: String
    private var written: [Written] = []
    private var sync = SharedSync()
    private var next = 0

    /// A file on its way.
    private struct Written {
        let name: FileName
        let directory: String
        let finalName: FileName
        let mode: mode_t
        /// Of a receipt: for which content it is, and what it is called if it cannot have its plain name.
        let receipt: ReceiptPlace?

        /// That of its directory, where it is missing: what only we may read lies where only we may look.
        var directoryMode: mode_t { mode & 0o077 == 0 ? Spool.privateMode : Spool.sharedMode }
    }

    /// How many files are written and not in their places.
    package var count: Int { written.count }

    /// Writes the files in the spool's `tmp`, to go anywhere in the spool.
    package init(_ spool: Spool) throws(SystemError) {
        temporary = try Directory("\(spool.root)/tmp")
        prefix = "\(spool.program).out."
    }

    /// Writes the files in `directory` itself, hidden, to go there: it may lie on another disk. What
    /// a run that died left hidden there is removed; the caller holds the program's lock.
    package init(into directory: Directory, program: String) throws(SystemError) {
        temporary = directory
        prefix = ".\(program).out."
        try directory.removeAll(beginningWith: prefix)
    }

    /// Writes one file, piece by piece, to be `directory`/`name`.
    ///
    /// - Parameters:
    ///   - ifChanged: whether a file that has the same bytes already is to be left alone.
    ///   - mode: who may read it.
    package mutating func add(
        _ name: String, in directory: String, ifChanged: Bool = false, mode: mode_t = 0o644,
        _ body: (inout PieceWriter) throws -> Void
    ) throws {
        try add(
            name, in: directory, ifChanged: ifChanged, mode: mode, receipt: nil, body)
    }

    /// Writes the receipt of a file that was dropped as `name` and has the SHA-256 `digest`.
    ///
    /// Returns the number under which `finishUnobstructed` tells what stood in its way.
    package mutating func addReceipt(
        for name: FileName, digest: String, in outbox: String,
        _ body: (inout PieceWriter) throws -> Void
    ) throws -> Int {
        let place = ReceiptPlace(stem: name.stem, digest: digest)
        try add(place.plain, in: outbox, receipt: place, body)
        return written.count - 1
    }

    private mutating func add(
        _ name: String, in directory: String, ifChanged: Bool = false, mode: mode_t = 0o644,
        receipt: ReceiptPlace?, _ body: (inout PieceWriter) throws -> Void
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
        // The umask has no say in who may read what is published.
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
                receipt: receipt))
    }

    /// Leaves what is written where it is; the program's next run removes it.
    package mutating func abandon() {
        written = []
    }

    /// Moves the files into their places and syncs the directories. What stands in the way of one
    /// ends the run.
    package mutating func finish() throws(SystemError) {
        if let obstacle = try finishUnobstructed().values.first { throw obstacle }
    }

    /// Moves the files into their places, in the order in which they were written, and syncs the
    /// directories. Returns, by number, what stood in the way of some: an outbox is a reseller's to make a
    /// mess of, but nobody else's files suffer from it.
    package mutating func finishUnobstructed() throws(SystemError) -> [Int: SystemError] {
        try sync.finish(in: temporary)
        var directories = TouchedDirectories()
        var obstacles: [Int: SystemError] = [:]
        for (number, file) in written.enumerated() {
            do {
                let directory = try directories.at(file.directory, mode: file.directoryMode)
                if let receipt = file.receipt {
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
