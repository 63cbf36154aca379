import Glibc

/// A file that had its effect, in the archive.
package struct ArchivedFile: Sendable {
    package let dropper: Dropper
    /// In hexadecimal.
    package let digest: String
    /// The name it had in the inbox, as far as our directories keep it.
    package let name: String
    let path: String
}

extension Spool {
    /// Every file in the archive, oldest day first.
    package func archived() throws(SystemError) -> [ArchivedFile] {
        var files: [ArchivedFile] = []
        for day in try Directory("\(root)/archive").names().sorted() {
            for owner in try Directory("\(root)/archive/\(day)").names().sorted() {
                let directory = try Directory("\(root)/archive/\(day)/\(owner)")
                for name in try directory.names().sorted() {
                    let parts = "\(name)".split(separator: "-", maxSplits: 1)
                    guard parts.count == 2, parts[0].utf8.count == 64 else { continue }
                    files.append(
                        ArchivedFile(
                            dropper: Dropper(named: "\(owner)"), digest: String(parts[0]),
                            name: String(parts[1]), path: "\(directory.path)/\(name)"))
                }
            }
        }
        return files
    }

    /// Drops a copy of an archived file where it came from, to be taken again.
    ///
    /// It is as old as the one in the archive, which was made when it was taken. It has its own name there;
    /// one after its digest if another file has that, or if the archive keeps only the beginning of a long
    /// name. Twice does nothing more: intake knows the bytes.
    package func dropAgain(_ file: ArchivedFile) throws {
        if case .reseller(let user) = file.dropper { try makeDirectories(ofReseller: user) }
        let names = [file.name, "\(file.digest).json"].filter { $0.hasSuffix(".json") }
        for name in names
        where try drop(name, into: file.dropper, { try $0.copyAsItIs(file.path) }) { return }
    }

    /// The receipts that may be an archived file's, as far as they are there: whose it is, it says itself.
    /// An outbox is its owner's to make a mess of; what is no plain file of up to 256 MiB is no receipt.
    package func receipts(of file: ArchivedFile) throws(SystemError) -> [[UInt8]] {
        let stem = FileName(file.name).stem
        var receipts: [[UInt8]] = []
        for name in ["\(stem).receipt.json", "\(stem).\(file.digest.prefix(8)).receipt.json"] {
            let path = "\(outbox(of: file.dropper))/\(name)"
            let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            try check("cannot look at", path) { fstat(descriptor, &status) }
            guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= 1 << 28 else { continue }
            var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
            var filled = 0
            while filled < bytes.count {
                let count = try check("cannot read", path) {
                    bytes.withUnsafeMutableBytes {
                        Int32(read(descriptor, $0.baseAddress! + filled, $0.count - filled))
                    }
                }
                if count == 0 { break }
                filled += Int(count)
            }
            receipts.append(Array(bytes[..<filled]))
        }
        return receipts
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
    /// Writes all the bytes of the file at `path`, and sets its time.
    fileprivate func copyAsItIs(_ path: String) throws {
        let source = try check("cannot open", path) {
            open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        }
        defer { close(source) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try check("cannot read", path) {
                Int32(read(source, &buffer, buffer.count))
            }
            if count == 0 { break }
            try write(Array(buffer[..<Int(count)]))
        }
        var status = stat()
        try check("cannot look at", path) { fstat(source, &status) }
        let times = [status.st_atim, status.st_mtim]
        try check("cannot set the time of", self.path) { futimens(descriptor, times) }
    }
}
