import Glibc
import Spool
import StrictJSON

/// A file's bytes, read a window at a time.
final class FileSource {
    private let descriptor: Int32
    private let path: String

    /// - Parameter offset: how many bytes at the beginning are left out.
    init(_ path: String, from offset: Int = 0) throws(SystemError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("cannot open", path) }
        guard lseek(descriptor, offset, SEEK_SET) >= 0 else {
            throw SystemError("cannot read", path)
        }
    }

    deinit {
        close(descriptor)
    }

    /// A reader that keeps the source open while it lives.
    func reader() -> JSONReader {
        JSONReader { [self] memory in
            while true {
                let count = read(descriptor, memory.baseAddress, memory.count)
                if count >= 0 { return count }
                guard errno == EINTR else { throw SystemError("cannot read", path) }
            }
        }
    }
}
