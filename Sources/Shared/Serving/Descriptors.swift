import Glibc
import Logging

/// The process's limit of open files, which connections count against.
enum Descriptors {
    /// What the program needs beside connections: ledger, spool, files under way.
    private static let others = 512

    /// Raises the limit so far that `connections` and the program's own files have room. If the
    /// system allows less, a warning says so: past its limit new connections wait.
    static func makeRoom(for connections: Int, _ logger: Logger) {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return }
        let wanted = rlim_t(connections + others)
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        guard setrlimit(files, &limit) == 0, limit.rlim_cur < wanted else { return }
        logger.warning(
            """
            fewer files may be open than connections need, so that some will wait; raise the limit \
            (ulimit -Hn, LimitNOFILE=), or lower that of connections
            """, metadata: ["limit": "\(limit.rlim_cur)", "wanted": "\(wanted)"])
    }
}
