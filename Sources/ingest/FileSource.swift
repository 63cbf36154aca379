import BatchFiles
import Glibc
import Spool

extension BatchFile {
    /// The bytes of a copied file: those kept when it was copied, or else read a window at a time.
    init(_ file: CopiedFile) {
        self.init(FileForm(file.dropper), file.content.map { .kept($0) } ?? .file(file.path))
    }

    /// The bytes of a copy, wherever its copying left them.
    init(_ form: FileForm, _ bytes: CopiedBytes) {
        switch bytes {
        case .kept(let bytes): self.init(form, bytes: bytes)
        case .file(let path):
            self.init(form) { offset in
                let file = try OpenFile(path, from: offset)
                return .read { try file.read(into: $0) }
            }
        }
    }
}

extension FileForm {
    /// The form of the files in an inbox.
    init(_ dropper: Dropper) {
        self = dropper.isDesk ? .desk : .batch
    }
}

/// A file that stays open for reading as long as this object exists.
private final class OpenFile {
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

    /// How many bytes were read; 0 at the end.
    func read(into memory: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, memory.baseAddress, memory.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw SystemError("cannot read", path) }
        }
    }
}
