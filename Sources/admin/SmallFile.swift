import Glibc
import Settings

/// Files that are read whole into memory.
enum SmallFile {
    /// The longest, in bytes: the most that a batch file may have by default.
    static let longest = IntakeSettings.usualMaxFileBytes

    /// The bytes of a file; nil if it cannot be read or is too long: then `errno` says why.
    static func bytes(at path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= longest {
            let count = read(descriptor, &piece, piece.count)
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
        errno = EFBIG
        return nil
    }
}
