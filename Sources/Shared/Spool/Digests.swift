import Crypto
import Glibc

extension Spool {
    /// The SHA-256 of no bytes, which stands for a file that was never read.
    package static let digestOfNothing = SHA256.hash(data: [UInt8]()).hexadecimal
}

extension HeldEntry {
    /// The SHA-256 in hexadecimal of a file that is too long to be taken. If it is longer than
    /// `limit` or cannot be opened, it is not read at all, and this is the digest of nothing.
    package func digest(limit: Int64) throws(SystemError) -> String {
        guard identity.bytes <= limit else { return Spool.digestOfNothing }
        let directory = passage.work
        let source = openat(
            directory.descriptor, name.held.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard source >= 0 else {
            // A failing disk says nothing about the file: the next run reads it.
            let isOwners = [ENOENT, ELOOP, ENXIO, EACCES].contains(errno)
            guard isOwners else { throw SystemError("cannot open", "\(directory.path)") }
            return Spool.digestOfNothing
        }
        defer { close(source) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var left = identity.bytes
        while left > 0 {
            let wanted = min(buffer.count, Int(left))
            let count = try check("cannot read", directory.path) {
                Int32(read(source, &buffer, wanted))
            }
            if count == 0 { break }
            hash.update(data: buffer[..<Int(count)])
            left -= Int64(count)
        }
        return hash.finalize().hexadecimal
    }
}

extension Digest {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
