import Failures
import Glibc

/// Who runs the programs: the owner of `spool/lock`, which the first run makes.
///
/// Files that another user made could not be moved or replaced later, so nobody else runs. Root becomes
/// that user, before anything in the spool or the ledger is opened; where root owns `lock` (a container, a
/// test) root is right.
enum Ownership {
    /// Becomes the owner of the spool's `lock`, as far as that is not who runs already.
    ///
    /// - Returns: the owner's name, if root became them.
    /// - Throws: `WrongUser`.
    static func assume(spool: String, reports: String) throws(WrongUser) -> String? {
        let lock = RunFiles.directory(inSpool: spool)
        var status = stat()
        // What cannot be looked at is told about when it is opened.
        guard lstat(lock, &status) == 0, status.st_uid != geteuid() else { return nil }
        guard geteuid() == 0 else {
            throw WrongUser(lock: lock, owner: status.st_uid, runner: UserName.own)
        }
        let owner = UserName.of(status.st_uid)
        let gift = Gift(uid: status.st_uid, gid: status.st_gid)
        for place in ["tmp", "lock", "journal", "work"] {
            gift.give("\(spool)/\(place)", depth: place == "work" ? 2 : 1, withFiles: true)
        }
        gift.give("\(spool)/archive", depth: 2, withFiles: false)
        gift.give("\(spool)/quarantine", depth: 1, withFiles: false)
        gift.giveDays(in: reports)
        guard become(status) else {
            throw WrongUser(lock: lock, owner: status.st_uid, runner: UserName.own)
        }
        return owner
    }

    /// Groups first: only root may change them.
    private static func become(_ owner: stat) -> Bool {
        let entry = getpwuid(owner.st_uid)
        let group = entry?.pointee.pw_gid ?? owner.st_gid
        let hasGroups =
            if let name = entry?.pointee.pw_name {
                initgroups(name, group) == 0
            } else {
                setgroups(0, nil) == 0
            }
        return hasGroups && setgid(group) == 0 && setuid(owner.st_uid) == 0
    }
}

/// Gives the owner of the spool what root made in their directories while it still ran as root. What cannot
/// be given away is in the way later, and is told then.
///
/// Everything is reached through open directories, and no link is followed: the owner could lead root to a
/// file that is not theirs.
private struct Gift {
    let uid: uid_t
    let gid: gid_t

    /// A directory, what is in it, and so on for `depth` levels.
    ///
    /// - Parameter withFiles: whether files are given too. In an archive of years they are left: nothing
    ///   but its directories is written to.
    func give(_ path: String, depth: Int, withFiles: Bool) {
        give(name: path, in: AT_FDCWD, depth: depth, withFiles: withFiles)
    }

    /// The reports of each day, but not the directory that the configuration names.
    func giveDays(in path: String) {
        forEachEntry(of: path, in: AT_FDCWD) { name, type, directory in
            guard type == DT_DIR, name.utf8.count == 10, name.hasPrefix("20") else { return }
            give(name: name, in: directory, depth: 1, withFiles: true)
        }
    }

    private func give(name: String, in parent: Int32, depth: Int, withFiles: Bool) {
        give(name, in: parent, O_DIRECTORY)
        guard depth > 0 else { return }
        forEachEntry(of: name, in: parent) { name, type, directory in
            switch type {
            case DT_DIR:
                give(name: name, in: directory, depth: depth - 1, withFiles: withFiles)
            case DT_REG where withFiles: give(name, in: directory, 0)
            default: break
            }
        }
    }

    /// A file with a second name may be somebody else's: a hard link can have brought it here.
    private func give(_ name: String, in parent: Int32, _ kind: Int32) {
        let descriptor = openat(
            parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | kind)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == 0,
            kind == O_DIRECTORY || status.st_nlink == 1
        else { return }
        _ = fchown(descriptor, uid, gid)
    }

    private func forEachEntry(
        of name: String, in parent: Int32, _ body: (String, Int, Int32) -> Void
    ) {
        let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { body(name, Int(entry.pointee.d_type), descriptor) }
        }
    }
}

/// A program was started by somebody who does not own the spool.
struct WrongUser: StageFailure, CustomStringConvertible {
    let lock: String
    let owner: uid_t
    let runner: String

    var exitStatus: ExitStatus { .ioFailed }

    var description: String {
        """
        \(lock) belongs to \(UserName.of(owner)), and this is \(runner): files made by another user would be in the way of \
        every later run. Nothing was touched. Run it as the owner, with sudo -u \(UserName.argument(owner)) in \
        front; if \(runner) is to run the programs from now on, give \(runner) the spool, the ledger and the \
        reports (chown -R).
        """
    }
}
