import Glibc
import Timestamps

/// Something that lies where it is not taken from, or under a name that is not taken.
package struct Stray: Sendable {
    /// The name of whose it is.
    package let owner: String
    package let path: String
    package let inode: Int64
    /// Why it is not taken, and what to do.
    package let reason: String
    /// When it was changed last; nil where that is not known.
    package let since: Timestamp?
}

extension Inbox {
    /// What some of its entries are that are not meant for us.
    package func strays(
        _ names: [FileName], now: Timestamp
    ) throws(SystemError) -> [Stray] {
        var strays: [Stray] = []
        for name in names {
            // Gone meanwhile.
            guard let status = try directory.status(of: name) else { continue }
            let reason =
                switch status.st_mode & S_IFMT {
                case S_IFREG:
                    "its name does not end in .json; give it a name that does, or remove it"
                case S_IFDIR:
                    """
                    it is a directory, and files in it are not looked for; move them up into the inbox, and \
                    remove it
                    """
                default: "it is no regular file; upload the file itself, and remove this"
                }
            strays.append(
                Stray(
                    owner: dropper.name, path: "\(path)/\(name.safe)", status, reason, at: now))
        }
        return strays
    }
}

extension Spool {
    /// What lies beside the inboxes and outboxes, where nothing is taken from; some of it.
    ///
    /// - Parameter most: how many entries of one directory are looked at.
    package func misplaced(
        _ droppers: [Dropper], most: Int, now: Timestamp
    ) throws(SystemError) -> [Stray] {
        var strays: [Stray] = []
        for dropper in droppers {
            let home = "\(root)/\(dropper.home)"
            strays += try notDirectories(
                in: home, of: dropper.name, most: most, now: now,
                """
                it lies beside the inbox, where nothing is taken from; move it into \(home)/inbox, or \
                remove it
                """, besides: ["inbox", "outbox"])
            strays += try inboxIsNone(dropper, now: now)
        }
        strays += try notDirectories(
            in: "\(root)/resellers", of: "", most: most, now: now,
            "it lies beside the resellers' directories; move it into an inbox, or remove it",
            besides: nil)
        return strays
    }

    /// Entries of a directory that ought to have none but some directories. What cannot be listed has none.
    ///
    /// - Parameter besides: the names of those; nil for any.
    private func notDirectories(
        in path: String, of owner: String, most: Int, now: Timestamp, _ reason: String,
        besides expected: [String]?
    ) throws(SystemError) -> [Stray] {
        var strays: [Stray] = []
        do {
            let directory = try Directory(path)
            let names = try directory.names(limit: most) { name in
                !name.isInTheMaking && expected?.contains("\(name)") != true
            }
            for name in names {
                guard let status = try directory.status(of: name) else { continue }
                if expected == nil, status.st_mode & S_IFMT == S_IFDIR { continue }
                strays.append(
                    Stray(owner: owner, path: "\(path)/\(name.safe)", status, reason, at: now))
            }
        } catch  where error.isObstacle || error.code == ENOENT {
            return []
        }
        return strays
    }

    /// An inbox that is no directory, so that nothing can be taken out of it.
    private func inboxIsNone(_ dropper: Dropper, now: Timestamp) throws(SystemError) -> [Stray] {
        let path = inbox(of: dropper)
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return [] }
        let kind = status.st_mode & S_IFMT == S_IFLNK ? "a symbolic link" : "no directory"
        return [
            Stray(
                owner: dropper.name, path: path, status,
                """
                it is \(kind), and nothing is taken through it; move the files into a directory of that \
                name
                """, at: now)
        ]
    }

    /// Whose directories a path is in; nobody's where it is in none.
    package func owner(of path: String) -> String {
        let below = path.dropFirst(root.utf8.count).split(separator: "/")
        guard path.hasPrefix("\(root)/"), let first = below.first else { return "" }
        switch first {
        case "resellers", "work", "quarantine": return below.count > 1 ? String(below[1]) : ""
        case "archive": return below.count > 2 ? String(below[2]) : ""
        case "desk": return Dropper.desk.name
        default: return ""
        }
    }
}

extension Stray {
    fileprivate init(
        owner: String, path: String, _ status: stat, _ reason: String, at now: Timestamp
    ) {
        let identity = FileIdentity(status)
        self.init(
            owner: owner, path: path, inode: Int64(truncatingIfNeeded: identity.inode),
            reason: reason,
            since: identity.stillFor(at: now).map {
                Timestamp(milliseconds: now.milliseconds - $0)
            })
    }
}
