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
    /// It has its own name there; one after its digest if another file has that, or if the archive
    /// keeps only the beginning of a long name. Twice does nothing more: intake knows the bytes.
    package func dropAgain(_ file: ArchivedFile) throws {
        if case .reseller(let user) = file.dropper { try makeDirectories(ofReseller: user) }
        let names = [file.name, "\(file.digest).json"].filter { $0.hasSuffix(".json") }
        for name in names
        where try drop(name, into: file.dropper, { try $0.copy(file.path) }) { return }
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
