import Glibc
import Spool
import StrictJSON

/// A file's bytes: those that its copying kept, or else read a window at a time.
enum FileSource {
    case kept([UInt8])
    case open(OpenFile)

    /// - Parameter offset: how many bytes at the beginning are left out.
    init(_ file: CopiedFile, from offset: Int = 0) throws(SystemError) {
        if let content = file.content {
            self = .kept(offset == 0 ? content : Array(content[offset...]))
        } else {
            self = .open(try OpenFile(file.path, from: offset))
        }
    }

    /// The first bytes, at most so many.
    func beginning(_ count: Int) throws -> [UInt8] {
        switch self {
        case .kept(let bytes): return Array(bytes.prefix(count))
        case .open(let file):
            return try Array(unsafeUninitializedCapacity: count) { memory, read in
                read = try file.read(into: UnsafeMutableRawBufferPointer(memory))
            }
        }
    }

    /// A reader that keeps the source open while it lives.
    func reader() -> JSONReader {
        switch self {
        case .kept(let bytes): JSONReader(bytes: bytes)
        case .open(let file): JSONReader { try file.read(into: $0) }
        }
    }
}

/// A file that is open for reading as long as this lives.
final class OpenFile {
    private let descriptor: Int32
    private let path: String

    init(_ path: String, from offset: Int) throws(SystemError) {
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

    /// How many bytes came; 0 at the end.
    func read(into memory: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, memory.baseAddress, memory.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw SystemError("cannot read", path) }
        }
    }
}
