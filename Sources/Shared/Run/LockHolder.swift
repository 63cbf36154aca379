import Glibc

/// Finds the process that holds a program's lock.
package enum LockHolder {
    /// The process that runs `program`; nil if none does, or the kernel does not say.
    ///
    /// It reads the kernel's list of locks and does not try the lock: a program that started at
    /// that moment would find it taken, and end.
    package static func process(running program: String, inSpool spool: String) -> Int32? {
        var status = stat()
        guard stat(RunFiles(of: program, inSpool: spool).lock, &status) == 0 else { return nil }
        return holder(of: UInt64(status.st_ino), in: locks())
    }

    /// Finds the holder in the lines of /proc/locks: `1: FLOCK  ADVISORY  WRITE 4711 08:01:131090 0
    /// EOF`.
    ///
    /// It does not compare the device: for an overlay, `stat` reports a different one.
    static func holder(of inode: UInt64, in locks: String) -> Int32? {
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE",
                words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode
            else { continue }
            return Int32(words[4])
        }
        return nil
    }

    private static func locks() -> String {
        let descriptor = open("/proc/locks", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = read(descriptor, &piece, piece.count), count > 0 {
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
