import Failures
import Glibc

/// Works with paths as text, and reads small files whole.
enum FilePath {
    /// `path` as seen from `folder`, without `.`, `..` and doubled slashes. It does not follow
    /// symbolic links, so that the result does not depend on the file system.
    static func resolve(_ path: String, in folder: String) -> String {
        let joined = path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
        var parts: [Substring] = []
        for part in joined.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !joined.hasPrefix("/") {
                parts.append(part)
            }
        }
        return (joined.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// The folder of a file, as written; empty for the current one.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The directory in which the process was started.
    static var current: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// Why a file could not be read, in words that follow "cannot be read: ".
    struct Unreadable: Error {
        let reason: String
    }

    /// The bytes of the regular file at `path`, and the permissions it had while it was read.
    ///
    /// If the path is a pipe it does not wait for it.
    static func read(
        _ path: String, maxBytes: Int
    ) throws(Unreadable) -> (bytes: [UInt8], permissions: mode_t) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system() }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Unreadable(reason: "it is not a file")
        }

        // We ask for one byte more than allowed: if it comes, the file is too long.
        var bytes = [UInt8](repeating: 0, count: maxBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { bytes in
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
                return Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            guard got >= 0 else { throw .system() }
            if got == 0 { break }
            count += got
        }
        guard count <= maxBytes else {
            throw Unreadable(reason: "it is longer than \(maxBytes) bytes")
        }
        return (Array(bytes.prefix(count)), status.st_mode & 0o7777)
    }
}

extension FilePath.Unreadable {
    /// The reason of the last failed system call.
    fileprivate static func system() -> Self {
        Self(reason: SystemWords(errno).cause)
    }
}
