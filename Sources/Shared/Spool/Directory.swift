import CSync
import Glibc

/// An open directory. Its entries are reached through the descriptor, so that nobody can move
/// another directory into its path meanwhile.
package final class Directory: Sendable {
    let descriptor: Int32
    package let path: String

    /// - Throws: `SystemError`, also if `path` is a symbolic link.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try check("cannot open", path) {
            open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
    }

    deinit {
        close(descriptor)
    }

    /// Opens the directory `name` in this one, making it first if it is missing.
    package func directory(_ name: String) throws(SystemError) -> Directory {
        let path = "\(path)/\(name)"
        if mkdir(path, Spool.sharedMode) == 0 {
            try sync()
        } else if errno != EEXIST {
            throw SystemError("cannot make", path)
        }
        return try Directory(path)
    }

    /// Makes the directory and any missing parents, and syncs what it made.
    package static func make(_ path: String, mode: mode_t) throws(SystemError) {
        guard mkdir(path, mode) != 0 else {
            // The umask must not decide who may read our directories.
            try check("cannot set the mode of", path) { chmod(path, mode) }
            return try Directory(parent(of: path)).sync()
        }
        switch errno {
        case EEXIST: return
        case ENOENT:
            try make(parent(of: path), mode: mode)
            try make(path, mode: mode)
        default: throw SystemError("cannot make", path)
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Writes the directory's entries to disk. A failed sync is never repeated; the run ends.
    package func sync() throws(SystemError) {
        try check("cannot sync", path) { fsync(descriptor) }
    }

    /// Writes all that was written to its file system to disk.
    func syncFileSystem() throws(SystemError) {
        try check("cannot sync", path) { csync_syncfs(descriptor) }
    }

    /// The file system that it is on.
    func device() throws(SystemError) -> dev_t {
        var status = stat()
        try check("cannot look at", path) { fstat(descriptor, &status) }
        return status.st_dev
    }

    /// The names of its entries for which `isWanted` holds, unordered, without `.` and `..`; at
    /// most `limit`. A name is bytes, and need not be valid text.
    func names(
        limit: Int = .max, where isWanted: (FileName) -> Bool = { _ in true }
    ) throws(SystemError) -> [FileName] {
        let copy = try check("cannot list", path) {
            openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard let stream = fdopendir(copy) else { throw SystemError("cannot list", path) }
        defer { closedir(stream) }
        var names: [FileName] = []
        while names.count < limit {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemError("cannot list", path) }
                break
            }
            let name = FileName(entry)
            if !name.isDots, isWanted(name) { names.append(name) }
        }
        return names
    }

    /// Moves an entry here from another directory of the same file system, in one step.
    func take(
        _ name: FileName, from source: Directory, as newName: FileName
    ) throws(SystemError) {
        try check("cannot move", "\(source.path)/\(name)") {
            renameat(source.descriptor, name.text, descriptor, newName.text)
        }
    }

    /// Moves an entry here if the new name is free; else it moves nothing and returns false.
    func takeNew(
        _ name: FileName, from source: Directory, as newName: FileName
    ) throws(SystemError) -> Bool {
        do {
            try check("cannot move", "\(source.path)/\(name)") {
                csync_rename_new(source.descriptor, name.text, descriptor, newName.text)
            }
            return true
        } catch  where error.code == EEXIST {
            return false
        }
    }

    func remove(_ name: FileName) throws(SystemError) {
        try check("cannot remove", "\(path)/\(name)") { unlinkat(descriptor, name.text, 0) }
    }

    func removeAll(beginningWith prefix: String) throws(SystemError) {
        for name in try names() where "\(name)".hasPrefix(prefix) { try remove(name) }
    }

    /// Makes the symbolic link `name` point to `target`, in one step, and syncs the directory.
    package func point(_ name: String, to target: String) throws(SystemError) {
        guard self.target(of: FileName(name)) != FileName(target) else { return }
        let link = FileName(".\(name)")
        if try status(of: link) != nil { try remove(link) }
        try check("cannot make", "\(path)/\(link)") { symlinkat(target, descriptor, link.text) }
        try take(link, from: self, as: FileName(name))
        try sync()
    }

    /// The target of a symbolic link; nil if there is none.
    private func target(of link: FileName) -> FileName? {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard readlinkat(descriptor, link.text, &text, text.count - 1) >= 0 else { return nil }
        return FileName(
            String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// The status of an entry, without following a symbolic link; nil if it is not there.
    func status(of name: FileName) throws(SystemError) -> stat? {
        var status = stat()
        guard fstatat(descriptor, name.text, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("cannot look at", "\(path)/\(name)")
        }
        return status
    }
}

/// The name of a directory entry: any bytes except `/` and NUL, compared as bytes.
package struct FileName: Hashable, Comparable, Sendable {
    /// With the NUL at its end, as the system wants it.
    let text: [CChar]

    var bytes: ArraySlice<CChar> { text.dropLast() }

    var isDots: Bool { description == "." || description == ".." }

    package static func < (a: FileName, b: FileName) -> Bool {
        strcmp(a.text, b.text) < 0
    }
}

extension FileName {
    package init(_ name: String) {
        text = Array(name.utf8CString)
    }

    init(_ entry: UnsafeMutablePointer<dirent>) {
        text = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1))
            }
        }
    }
}

extension FileName: CustomStringConvertible {
    /// As text; bytes that are not UTF-8 are replaced.
    package var description: String {
        String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
