import Glibc

/// The process's limit of open files.
package enum OpenFiles {
    /// A group of files is open until it is committed, and an inbox until all that was listed there
    /// is taken: with some thousand resellers that is more than the 1,024 of a usual session.
    private static let wanted: rlim_t = 65_536

    /// Raises the limit as far as the system allows it without further rights. If that is too
    /// little, the file that cannot be opened says so.
    package static func makeRoom() {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(files, &limit)
    }
}
