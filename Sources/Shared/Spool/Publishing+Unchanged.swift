import Glibc

extension Publishing {
    /// Whether `directory`/`name` is a file with the same bytes as the file just written.
    func isPublished(
        _ written: Int32, _ path: String, as name: FileName, in directory: String
    ) throws(SystemError) -> Bool {
        let target: Directory
        do {
            target = try Directory(directory)
        } catch  where error.code == ENOENT {
            return false
        }
        let published = openat(
            target.descriptor, name.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard published >= 0 else {
            if errno == ENOENT || errno == ELOOP { return false }
            throw SystemError("cannot open", "\(directory)/\(name)")
        }
        defer { close(published) }
        return try sameBytes((written, path), (published, "\(directory)/\(name)"))
    }

    private typealias OpenFile = (descriptor: Int32, path: String)

    private func sameBytes(_ a: OpenFile, _ b: OpenFile) throws(SystemError) -> Bool {
        let (first, second) = (try size(of: a), try size(of: b))
        guard first == second else { return false }
        var offset: Int64 = 0
        while offset < first {
            let piece = try bytes(of: a, from: offset)
            // A file that shrank meanwhile has changed.
            guard !piece.isEmpty, try piece == bytes(of: b, from: offset) else { return false }
            offset += Int64(piece.count)
        }
        return true
    }

    private func size(of file: OpenFile) throws(SystemError) -> Int64 {
        var status = stat()
        try check("cannot look at", file.path) { fstat(file.descriptor, &status) }
        return Int64(status.st_size)
    }

    private func bytes(of file: OpenFile, from offset: Int64) throws(SystemError) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = try check("cannot read", file.path) {
            Int32(pread(file.descriptor, &piece, piece.count, off_t(offset)))
        }
        return Array(piece.prefix(Int(count)))
    }
}
