import Glibc

/// A failed system call in words, by its error number: the cause, and what to do about it.
///
/// This is the one place where `errno` becomes words. The system's own words follow in parentheses
/// for people who search for them; alone they do not say what to do.
package struct SystemWords: Sendable {
    /// For example `the file system is read-only (Read-only file system)`.
    package let cause: String
    /// What to do, for example `mount it for writing`.
    package let cure: String

    package init(_ code: Int32) {
        let (cause, cure) = Self.words(for: code)
        self.cause = "\(cause) (\(String(cString: strerror(code))))"
        self.cure = cure
    }

    private static func words(for code: Int32) -> (cause: String, cure: String) {
        switch code {
        case EACCES, EPERM:
            ("this user may not do that", "give it to the user that runs the programs")
        case ENOENT: ("it is not there", "make it, or correct the path")
        case ENOTDIR: ("a part of the path is not a folder", "correct the path")
        case EISDIR: ("it is a folder", "move it out of the way")
        case EEXIST, ENOTEMPTY: ("something is in its place", "move that out of the way")
        case ELOOP: ("it is a symbolic link", "put the file or folder itself there")
        case ENAMETOOLONG: ("the path is too long", "use a shorter one")
        case ENOSPC: ("no room is left on its disk", "make room there")
        case EDQUOT:
            ("the user has no room left on its disk", "make room there, or raise the quota")
        case EFBIG: ("the file may not grow any more", "raise the limit (ulimit -f)")
        case EROFS: ("the file system is read-only", "mount it for writing")
        case EIO: ("the disk failed", "look for its errors in the system's log (dmesg)")
        case EMFILE, ENFILE: ("too many files are open", "raise the limit (ulimit -n)")
        case ENOMEM: ("no memory is left", "free some")
        case EAGAIN: ("the system has nothing to spare now", "wait, or raise the limit (ulimit -u)")
        case EXDEV: ("it would move to another file system", "keep the whole spool on one")
        case EBUSY, ETXTBSY: ("another program uses it", "end that one")
        case EINVAL, ENOSYS, EOPNOTSUPP:
            ("the file system cannot do that", "use ext4, XFS, Btrfs, tmpfs or ZFS from 2.2")
        case EPIPE: ("its reader is gone", "let the reader read to the end")
        default: ("the system refuses it", "find out why")
        }
    }
}
