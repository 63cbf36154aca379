import Failures
import Glibc

/// Makes sure that one user runs the programs: the owner of `spool/lock`, which the first run
/// makes.
///
/// Files made by another user could not be moved or replaced later, so other users are refused.
/// Root becomes the owner before it opens anything in the spool or the ledger. If root owns `lock`,
/// as in a container or a test, root is the right user.
enum Ownership {
    /// Lets root become the owner of the spool's `lock`.
    ///
    /// - Parameters:
    ///   - spool: the path of the spool.
    ///   - reports: the path of the reports.
    /// - Returns: the owner's name, if root became that user; else nil.
    /// - Throws: `WrongUser` if neither root nor the owner runs this.
    static func assume(spool: String, reports: String) throws(WrongUser) -> String? {
        let lock = RunFiles.directory(inSpool: spool)
        var status = stat()
        // A problem with the directory itself is reported when it is opened.
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

    /// Changes the groups first, because only root may do that.
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

/// Gives the owner of the spool the files that root made there in earlier runs. A file that cannot
/// be given away is reported later, when it is in the way.
///
/// It reaches everything through open directories and follows no links, because the owner could
/// lead root to a file that is not theirs.
private struct Gift {
    let uid: uid_t
    let gid: gid_t

    /// Gives a directory and its entries, down to `depth` levels.
    ///
    /// With `withFiles` it gives the files too. An archive of many years needs only its
    /// directories, because nobody writes to the files.
    func give(_ path: String, depth: Int, withFiles: Bool) {
        give(name: path, in: AT_FDCWD, depth: depth, withFiles: withFiles)
    }

    /// Gives the reports of each day, but not the directory that the configuration names.
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

    /// Gives one entry. It skips a file with a second name: a hard link may have brought the file
    /// of another user here.
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

/// A user who does not own the spool started a program.
struct WrongUser: StageFailure, CustomStringConvertible {
    let lock: String
    let owner: uid_t
    let runner: String

    var exitStatus: ExitStatus { .ioFailed }

    var description: String {
        """
        \(lock) belongs to \(UserName.of(owner)), and this is \(runner), whose files would be in \
        the way of every later run. Nothing was touched. Run it with \
        sudo -u \(UserName.argument(owner)); if \(runner) shall run the programs from now on, \
        give \(runner) the spool, the ledger and the reports (chown -R).
        """
    }
}
