import Glibc
import Timestamps

/// How many files wait in a directory, and for how long.
package struct WaitingFiles: Sendable {
    package let count: Int
    /// When the oldest was last written or got its name, regardless of any time that its owner set;
    /// nil if there are none.
    package let oldest: Timestamp?
}

extension WaitingFiles {
    static func + (a: WaitingFiles, b: WaitingFiles) -> WaitingFiles {
        WaitingFiles(
            count: a.count + b.count, oldest: [a.oldest, b.oldest].compactMap(\.self).min())
    }
}

extension Spool {
    /// The files that wait in an inbox and its door to be taken; none if there is neither.
    package func waiting(in dropper: Dropper) throws(SystemError) -> WaitingFiles {
        var waiting = WaitingFiles(count: 0, oldest: nil)
        if let inbox = try openInbox(of: dropper) {
            waiting = waiting + (try inbox.directory.waiting(try inbox.list().names))
        }
        if let door = try openDoor(of: dropper) {
            waiting = waiting + (try door.directory.waiting(try door.names()))
        }
        return waiting
    }

    /// The names that wait in an inbox, in the order in which intake takes them.
    package func waitingNames(in dropper: Dropper) throws(SystemError) -> [String] {
        try openInbox(of: dropper)?.list().names.map(\.description) ?? []
    }

    /// The files left in `work` by runs that died.
    package func waitingInWork() throws(SystemError) -> WaitingFiles {
        var waiting = WaitingFiles(count: 0, oldest: nil)
        for dropper in try droppersWithLeftovers() {
            do throws(SystemError) {
                let directory = try Directory(work(of: dropper))
                waiting = waiting + (try directory.waiting(try directory.names()))
            } catch  where error.isObstacle {
                continue
            }
        }
        return waiting
    }

    /// How many dropped files lie in `quarantine`, and when the latest arrived there.
    package func quarantined() throws(SystemError) -> (count: Int, latest: Timestamp?) {
        var count = 0
        var latest: Timestamp?
        for owner in try Directory("\(root)/quarantine").names() {
            // Count only our own directories, and nothing else that an operator put there.
            guard let directory = try? Directory("\(root)/quarantine/\(owner)") else { continue }
            for name in try directory.names() where KeptName.isDropped(name) {
                guard let status = try directory.status(of: name) else { continue }
                count += 1
                let came = Timestamp(milliseconds: Int64(status.st_ctim.tv_sec) * 1_000)
                latest = max(latest ?? came, came)
            }
        }
        return (count, latest)
    }

    /// The names of the journals that hold answers which the next run must write into the ledger.
    ///
    /// A program fills its journal from the first byte and clears it with zeros (`AnswerJournal`),
    /// so a journal is empty while its first byte is zero.
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
            // Intake may have taken it meanwhile.
            guard let status = try status(of: name) else { continue }
            count += 1
            // The owner can set the time of writing, but not the time of change.
            let seconds = max(Int64(status.st_mtim.tv_sec), Int64(status.st_ctim.tv_sec))
            let written = Timestamp(milliseconds: seconds * 1_000)
            oldest = min(oldest ?? written, written)
        }
        return WaitingFiles(count: count, oldest: oldest)
    }
}
