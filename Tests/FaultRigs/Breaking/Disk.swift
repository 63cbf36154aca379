import Glibc
import TestHouse
import TestSupport

/// An ext4 file system in an image, on a loop device, whose power can be cut.
///
/// The image holds what the kernel has written, and nothing that only lies in memory. With
/// `noauto_da_alloc,commit=600` the kernel writes what it is told to sync and, for ten minutes,
/// nothing else.
final class Disk {
    /// Where it is mounted.
    let path: String
    private let folder = TemporaryFolder(inMemory: true)

    private var image: String { "\(folder.path)/image" }
    private var kept: String { "\(folder.path)/kept" }

    /// - Throws: `NoDisk` where nothing can be mounted; `WorldFailure` if it does not lose what was
    ///   not synced.
    init(megabytes: Int) throws {
        path = "\(folder.path)/disk"
        try NoDisk.check(
            """
            mkdir '\(path)' && truncate -s \(megabytes)M '\(image)' && mkfs.ext4 -q -m 0 \
            '\(image)' \
            && \(mounting)
            """)
        try selfCheck()
    }

    deinit {
        _ = shellRun("umount '\(path)'")
    }

    private var mounting: String {
        "mount -o loop,noauto_da_alloc,commit=600 '\(image)' '\(path)'"
    }

    /// Copies the image as it is at this moment, and continues with the copy: what the disk held
    /// when the power went.
    func cutPower() throws {
        let copy = "\(folder.path)/copy"
        try shell(
            "cp --sparse=always '\(image)' '\(copy)'; umount '\(path)'; mv '\(copy)' '\(image)'")
    }

    /// Keeps its present content, to come back to.
    func keep() throws {
        try shell("sync -f '\(path)'; umount '\(path)'; cp --sparse=always '\(image)' '\(kept)'")
    }

    /// Goes back to what was kept.
    ///
    /// The image is a new file each time. Where another process has a copy of our mounts
    /// (`unshare`, containers), the old one stays mounted there, and would be found again by its
    /// inode, with all that lies in memory.
    func putBack() throws {
        try shell(
            "umount '\(path)'; rm '\(image)'; cp --sparse=always '\(kept)' '\(image)'")
    }

    /// Runs a script on the image, and mounts it.
    private func shell(_ script: String) throws {
        let run = shellRun("exec 2>&1; set -e; \(script); \(mounting)")
        guard run.status == 0 else { throw WorldFailure("the disk: \(run.output)") }
    }

    /// A cut must lose what was not synced, and nothing else: otherwise it shows nothing.
    private func selfCheck() throws {
        try shell(
            """
            mkdir '\(path)/a'; echo kept > '\(path)/a/kept'; sync '\(path)/a/kept' '\(path)/a'
            echo lost > '\(path)/a/lost'; cp --sparse=always '\(image)' '\(kept)'
            umount '\(path)'; mv '\(kept)' '\(image)'
            """)
        let left = names(in: "\(path)/a")
        guard left == ["kept"] else {
            throw WorldFailure("a cut left \(left) of a synced and an unsynced file")
        }
        try shell("rm -r '\(path)/a'; umount '\(path)'")
    }
}

/// The reason why no file system can be mounted here.
struct NoDisk: Error, CustomStringConvertible {
    let description: String

    /// Runs a script that mounts one.
    static func check(_ script: String) throws {
        let run = shellRun("exec 2>&1; \(script)")
        guard run.status == 0 else {
            let words = run.output.split(separator: "\n").joined(separator: " ")
            throw NoDisk(description: "only root can mount, where loop devices are: \(words)")
        }
    }
}

extension Findings {
    /// Tries what needs a file system of its own, or says that none can be mounted.
    mutating func onDisk(_ body: (inout Findings) throws -> Void) throws {
        do {
            try body(&self)
        } catch let obstacle as NoDisk {
            skip("\(obstacle)")
        }
    }
}
