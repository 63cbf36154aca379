import Glibc
import TestHouse
import TestSupport

/// A file system in memory, whose size is set.
final class SmallDisk {
    /// Where it is mounted.
    let path: String
    private let folder = TemporaryFolder(inMemory: true)

    /// The unit of its size, in bytes.
    static let page = 4_096

    /// - Throws: `NoDisk` where nothing can be mounted.
    init() throws {
        path = "\(folder.path)/disk"
        try NoDisk.check("mkdir '\(path)' && mount -t tmpfs -o size=256M tmpfs '\(path)'")
    }

    deinit {
        _ = shellRun("umount '\(path)'")
    }

    /// Runs `body` while only this many pages are left, and then makes room again.
    func leaving<Value>(pages: Int, _ body: () throws -> Value) throws -> Value {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw WorldFailure("\(path) cannot be looked at") }
        let used = Int(status.f_blocks - status.f_bfree) * Int(status.f_frsize)
        // A size of 0 would be no limit.
        try resize(to: "\(max(Self.page, used + pages * Self.page))")
        defer { try? resize(to: "256M") }
        return try body()
    }

    private func resize(to size: String) throws {
        let run = shellRun("exec 2>&1; mount -o remount,size=\(size) '\(path)'")
        guard run.status == 0 else { throw WorldFailure("the disk's size: \(run.output)") }
    }
}
