import Crypto
import Glibc

/// A regular file of ours that is whole, open for reading as long as this object exists.
final class WholeFile {
    fileprivate let descriptor: Int32
    let path: String
    /// As it was when it was opened.
    let identity: FileIdentity

    enum Opening {
        case file(WholeFile)
        case gone
        /// A link, a directory, a pipe and the like.
        case noFile
    }

    static func open(_ name: FileName, in directory: Directory) throws(SystemError) -> Opening {
        let path = "\(directory.path)/\(name)"
        let descriptor = openat(
            directory.descriptor, name.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return .gone
            case ELOOP, ENXIO: return .noFile
            default: throw SystemError("cannot open", path)
            }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = SystemError("cannot look at", path)
            close(descriptor)
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return .noFile
        }
        return .file(WholeFile(descriptor, path, FileIdentity(status)))
    }

    private init(_ descriptor: Int32, _ path: String, _ identity: FileIdentity) {
        self.descriptor = descriptor
        self.path = path
        self.identity = identity
    }

    deinit {
        close(descriptor)
    }

    /// Makes now the time at which it was last written.
    func touch() throws(SystemError) {
        try check("cannot set the time of", path) { futimens(descriptor, nil) }
    }
}

/// Hashes files, one after the other.
struct Hashing {
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    /// The bytes of the file hashed last, if one read got all of them.
    var lastBytes: ArraySlice<UInt8>? { filled.map { buffer[..<$0] } }
    private var filled: Int?

    /// The SHA-256 of all bytes of a file, in hexadecimal.
    mutating func digest(of file: WholeFile) throws(SystemError) -> String {
        var hash = SHA256()
        filled = nil
        var left = Int(file.identity.bytes)
        while left > 0 {
            let count = try read(from: file, atMost: left)
            if count == 0 { break }
            hash.update(data: buffer[..<count])
            if count == file.identity.bytes { filled = count }
            left -= count
        }
        return hash.finalize().hexadecimal
    }

    private mutating func read(from file: WholeFile, atMost most: Int) throws(SystemError) -> Int {
        let size = min(buffer.count, most)
        return Int(
            try check("cannot read", file.path) {
                Int32(Glibc.read(file.descriptor, &buffer, size))
            })
    }
}
