import Glibc

/// A file that had its effect, in the archive.
package struct ArchivedFile: Sendable {
    package let dropper: Dropper
    /// In hexadecimal.
    package let digest: String
    /// The name it had in the inbox; after its digest where the archive keeps only the beginning of that.
    package let name: String
    let path: String
    /// When it was copied to be taken, in nanoseconds since 1970.
    let copiedAt: Int128

    /// Its place among others. Clocks of file systems are coarse: of the same moment the desk's came first, and
    /// then by name.
    fileprivate var turn: (Int128, Int, String) { (copiedAt, dropper == .desk ? 0 : 1, name) }
}

extension Spool {
    /// Every file in the archive, in the order in which they were taken: each is the copy that was made then.
    package func archived() throws(SystemError) -> [ArchivedFile] {
        var files: [ArchivedFile] = []
        for day in try Directory("\(root)/archive").names().sorted() {
            for owner in try Directory("\(root)/archive/\(day)").names().sorted() {
                let directory = try Directory("\(root)/archive/\(day)/\(owner)")
                for name in try directory.names().sorted() {
                    let parts = "\(name)".split(separator: "-", maxSplits: 1)
                    guard parts.count == 2, parts[0].utf8.count == 64 else { continue }
                    guard let status = try directory.status(of: name) else { continue }
                    let hasName = parts[1].lowercased().hasSuffix(".json")
                    files.append(
                        ArchivedFile(
                            dropper: Dropper(named: "\(owner)"), digest: String(parts[0]),
                            name: hasName ? String(parts[1]) : "\(parts[0]).json",
                            path: "\(directory.path)/\(name)",
                            copiedAt: FileIdentity(status).modified))
                }
            }
        }
        return files.sorted { $0.turn < $1.turn }
    }

    /// Puts a copy of an archived file where a run that died would have left it, to be taken again: nobody
    /// but us can get at it there. Twice does nothing more.
    package func takeBack(_ file: ArchivedFile) throws {
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

    /// Puts the receipt that an archived file had, if it is still there, into quarantine: the next one takes its
    /// place, and says something else.
    package func keepReceipt(of file: ArchivedFile) throws(SystemError) {
        let path = self.outbox(of: file.dropper)
        guard access(path, F_OK) == 0 else { return }
        let outbox = try Directory(path)
        let stem = FileName(file.name).stem
        for receipt in ["\(stem).receipt.json", "\(stem).\(file.digest.prefix(8)).receipt.json"]
            .map({ FileName($0) })
        where try outbox.receiptDigest(of: receipt) == file.digest {
            var places = TouchedDirectories()
            let name = FileName("\(keptName(file.digest, FileName(file.name))).former-receipt.json")
            try places.at(quarantine(of: file.dropper)).take(receipt, from: outbox, as: name)
            try places.sync()
        }
    }

    /// The number of the last status file in a reseller's outbox; 0 if there is none.
    package func lastStatusFile(of user: String) throws(SystemError) -> Int64 {
        let path = outbox(of: .reseller(user))
        guard access(path, F_OK) == 0 else { return 0 }
        return try Directory(path).names().compactMap { name in
            let words = "\(name)".split { $0 == "-" || $0 == "." }
            return words.count == 3 && words[0] == "status" && words[2] == "json"
                ? Int64(words[1]) : nil
        }.max() ?? 0
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
