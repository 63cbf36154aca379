import Glibc

extension Spool {
    /// Drops a file into an inbox, as a careful owner of the inbox would: writes it under a name
    /// that intake leaves alone, syncs it, and only then gives it its own name and syncs the
    /// directory.
    ///
    /// - Parameters:
    ///   - name: the file's name.
    ///   - dropper: the owner of the inbox.
    ///   - body: writes the content.
    /// - Returns: false if the inbox has a file of that name; then nothing was dropped.
    /// - Throws: `SystemError` and what `body` throws; then nothing was dropped.
    package func drop(
        _ name: String, into dropper: Dropper, _ body: (inout PieceWriter) throws -> Void
    ) throws -> Bool {
        let inbox = try Directory(inbox(of: dropper))
        let part = FileName(".\(name).part")
        // A run that died left it.
        if try inbox.status(of: part) != nil { try inbox.remove(part) }
        do {
            try write(part, in: inbox, body)
        } catch {
            try? inbox.remove(part)
            throw error
        }
        let isDropped = try inbox.link(part, as: FileName(name))
        try inbox.remove(part)
        try inbox.sync()
        return isDropped
    }

    private func write(
        _ name: FileName, in inbox: Directory, _ body: (inout PieceWriter) throws -> Void
    ) throws {
        let path = "\(inbox.path)/\(name)"
        let descriptor = try check("cannot make", path) {
            openat(
                inbox.descriptor, name.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                0o640)
        }
        defer { close(descriptor) }
        // The user who runs the programs must be able to read a file that root drops.
        if geteuid() == 0 {
            var owner = stat()
            try check("cannot look at", inbox.path) { fstat(inbox.descriptor, &owner) }
            try check("cannot give away", path) { fchown(descriptor, owner.st_uid, owner.st_gid) }
        }
        var writer = PieceWriter(descriptor: descriptor, path: path)
        try body(&writer)
        try check("cannot sync", path) { fsync(descriptor) }
    }
}

extension Directory {
    /// Gives an entry a second name; false if something has that name.
    fileprivate func link(_ name: FileName, as newName: FileName) throws(SystemError) -> Bool {
        guard linkat(descriptor, name.text, descriptor, newName.text, 0) != 0 else { return true }
        guard errno == EEXIST else { throw SystemError("cannot name", "\(path)/\(newName)") }
        return false
    }
}
