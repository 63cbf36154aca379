import Glibc
import Timestamps

/// A file in an outbox, as a list shows it.
package struct OutboxFile: Sendable {
    package let name: String
    package let bytes: Int64
    package let modifiedAt: Timestamp
}

extension Spool {
    /// The files in an outbox, by name; none if there is no outbox. What is no regular file, and
    /// names that are no text, are left out.
    ///
    /// - Throws: `SystemError`.
    package func outboxFiles(of dropper: Dropper) throws(SystemError) -> [OutboxFile] {
        let path = outbox(of: dropper)
        guard access(path, F_OK) == 0 else { return [] }
        let outbox = try Directory(path)
        var files: [OutboxFile] = []
        for name in try outbox.names(where: { !$0.isInTheMaking }).sorted() {
            guard let status = try outbox.status(of: name), status.st_mode & S_IFMT == S_IFREG,
                FileName("\(name)") == name
            else { continue }
            files.append(
                OutboxFile(
                    name: "\(name)", bytes: Int64(status.st_size),
                    modifiedAt: FileIdentity(status).modifiedAt))
        }
        return files
    }

    /// Opens a file of an outbox for reading; nil if there is none of that name.
    ///
    /// The outbox is its user's: a link or a pipe that lies there is no file.
    ///
    /// - Throws: `SystemError`.
    package func openOutboxFile(
        _ name: String, of dropper: Dropper
    ) throws(SystemError) -> OpenOutboxFile? {
        let path = outbox(of: dropper)
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0),
            name != ".", name != "..", access(path, F_OK) == 0
        else { return nil }
        let outbox = try Directory(path)
        let descriptor = openat(
            outbox.descriptor, FileName(name).text,
            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let isNone = [ENOENT, ELOOP, ENXIO, EACCES, ENAMETOOLONG].contains(errno)
            if isNone { return nil }
            throw SystemError("cannot open", "\(path)/\(name)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        return OpenOutboxFile(descriptor, "\(path)/\(name)", FileIdentity(status))
    }
}

/// A file of an outbox that is open for reading. A new one that takes its name changes nothing
/// here.
package final class OpenOutboxFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let identity: FileIdentity

    package var bytes: Int64 { identity.bytes }
    package var modifiedAt: Timestamp { identity.modifiedAt }

    /// A text that is another one whenever the file is another one.
    package var version: String {
        [Int128(identity.inode), identity.modified, Int128(identity.bytes)]
            .map { String($0, radix: 36) }.joined(separator: "-")
    }

    fileprivate init(_ descriptor: Int32, _ path: String, _ identity: FileIdentity) {
        self.descriptor = descriptor
        self.path = path
        self.identity = identity
    }

    deinit {
        close(descriptor)
    }

    /// Reads at most `count` bytes from a place in the file; fewer at its end.
    ///
    /// - Throws: `SystemError`.
    package func read(at offset: Int64, _ count: Int) throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let read = try check("cannot read", path) {
            Int32(pread(descriptor, &buffer, count, Int(offset)))
        }
        return Array(buffer[..<Int(read)])
    }
}

extension FileIdentity {
    fileprivate var modifiedAt: Timestamp {
        Timestamp(milliseconds: Int64(clamping: modified / 1_000_000))
    }
}
