import Glibc
import Timestamps

/// The files that wait somewhere.
package struct WaitingFiles: Sendable {
    /// At most `Inbox.namesAtOnce` in an inbox.
    package let count: Int
    /// When the oldest was last written; nil if there is none.
    package let oldest: Timestamp?
}

extension Spool {
    /// What waits in an inbox to be taken; nothing where there is no inbox.
    package func waiting(in dropper: Dropper) throws(SystemError) -> WaitingFiles {
        guard let inbox = try openInbox(of: dropper) else {
            return WaitingFiles(count: 0, oldest: nil)
        }
        return try inbox.directory.waiting(try inbox.names())
    }

    /// What runs that died have left in `work`.
    package func waitingInWork() throws(SystemError) -> WaitingFiles {
        var count = 0
        var oldest: Timestamp?
        for dropper in try droppersWithLeftovers() {
            let directory = try Directory(work(of: dropper))
            let waiting = try directory.waiting(try directory.names())
            count += waiting.count
            oldest = [oldest, waiting.oldest].compactMap(\.self).min()
        }
        return WaitingFiles(count: count, oldest: oldest)
    }

    /// The journals that hold something the next run has to write into the ledger, by name. A journal
    /// is empty while its first byte is zero.
    package func openJournals() throws(SystemError) -> [String] {
        let directory = try Directory("\(root)/journal")
        var open: [String] = []
        for name in try directory.names().sorted() {
            let path = "\(directory.path)/\(name)"
            let descriptor = try check("cannot open", path) {
                openat(directory.descriptor, name.text, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            }
            defer { close(descriptor) }
            var first: UInt8 = 0
            try check("cannot read", path) { Int32(read(descriptor, &first, 1)) }
            if first != 0 { open.append("\(name)") }
        }
        return open
    }
}

extension Directory {
    fileprivate func waiting(_ names: [FileName]) throws(SystemError) -> WaitingFiles {
        var count = 0
        var oldest: Timestamp?
        for name in names {
            // Taken meanwhile.
            guard let status = try status(of: name) else { continue }
            count += 1
            let written = Timestamp(milliseconds: Int64(status.st_mtim.tv_sec) * 1_000)
            oldest = min(oldest ?? written, written)
        }
        return WaitingFiles(count: count, oldest: oldest)
    }
}
