import Glibc

/// A file in the archive: it has had its effect.
package struct ArchivedFile: Sendable {
    package let dropper: Dropper
    /// In hexadecimal.
    package let digest: String
    /// The name it had in the inbox; made from its digest where the archive keeps only the
    /// beginning of that name.
    package let name: String
    let path: String
    /// The directory in which it lies, and in which its receipt is.
    package let directory: String
    /// When the spool copied it out of the inbox, in nanoseconds since 1970.
    let copiedAt: Int128

    /// The sort key. The clocks of file systems are coarse: among files of one moment the desks'
    /// come first, and then names decide.
    fileprivate var turn: (Int128, Int, String) { (copiedAt, dropper.isDesk ? 0 : 1, name) }
}

extension Spool {
    /// Every file in the archive, in the order in which intake took them. Each is the copy that
    /// intake made then, so its time is the time of the copying.
    package func archived() throws(SystemError) -> [ArchivedFile] {
        var files: [ArchivedFile] = []
        for day in try Directory("\(root)/archive").names().sorted() {
            for owner in try Directory("\(root)/archive/\(day)").names().sorted() {
                let directory = try Directory("\(root)/archive/\(day)/\(owner)")
                for name in try directory.names().sorted() {
                    guard let (digest, original) = KeptName.parts(of: name),
                        let status = try directory.status(of: name)
                    else { continue }
                    files.append(
                        ArchivedFile(
                            dropper: Dropper(named: "\(owner)"), digest: digest, name: original,
                            path: "\(directory.path)/\(name)", directory: directory.path,
                            copiedAt: FileIdentity(status).modified))
                }
            }
        }
        return files.sorted { $0.turn < $1.turn }
    }

    /// The receipts in the archive of a file that made orders, the oldest first.
    ///
    /// - Parameters:
    ///   - digest: the SHA-256 of the file.
    ///   - dropper: its owner.
    ///   - directories: where to look; nil: in all of the owner's directories.
    /// - Returns: the paths of the receipts.
    /// - Throws: `SystemError`.
    package func archivedReceipts(
        of digest: String, _ dropper: Dropper, in directories: [String]? = nil
    ) throws(SystemError) -> [String] {
        let all: [String]
        if let directories {
            all = directories
        } else {
            all = try Directory("\(root)/archive").names().sorted()
                .map { "\(root)/archive/\($0)/\(dropper.name)" }
        }
        return all.map { "\($0)/\(KeptName.receipt(of: digest))" }
            .filter { access($0, F_OK) == 0 }
    }

    /// Copies an archived file to where a run that died would have left it, so that intake takes it
    /// again. Nobody else can reach it there. Repeating this changes nothing.
    package func replay(_ file: ArchivedFile) throws {
        let temporary = try Directory("\(root)/tmp")
        let name = FileName("\(program).again")
        let path = "\(temporary.path)/\(name)"
        if try temporary.status(of: name) != nil { try temporary.remove(name) }
        let copy = try check("cannot make", path) {
            openat(
                temporary.descriptor, name.text,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        defer { close(copy) }
        try PieceWriter(descriptor: copy, path: path).copy(file.path)
        try check("cannot sync", path) { fsync(copy) }
        var work = TouchedDirectories()
        try work.at(self.work(of: file.dropper)).take(
            name, from: temporary, as: FileName(file.digest))
        try work.sync()
    }
}

extension PieceWriter {
    /// Writes all the bytes of the file at `path`.
    fileprivate func copy(_ path: String) throws {
        let source = try check("cannot open", path) {
            open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        }
        defer { close(source) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try check("cannot read", path) {
                Int32(read(source, &buffer, buffer.count))
            }
            if count == 0 { return }
            try write(Array(buffer[..<Int(count)]))
        }
    }
}

/// A receipt in the archive, open as long as this object exists.
package final class ArchivedReceipt {
    private let descriptor: Int32
    private let path: String

    /// - Throws: `SystemError`.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try check("cannot open", path) {
            open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        }
    }

    deinit {
        close(descriptor)
    }

    /// Fills memory with the next bytes, and returns how many came; 0 at the end.
    ///
    /// - Throws: `SystemError`.
    package func fill(_ memory: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        Int(
            try check("cannot read", path) {
                Int32(read(descriptor, memory.baseAddress, memory.count))
            })
    }
}
