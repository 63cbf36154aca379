import Glibc
import Timestamps

/// A file or directory that intake never takes, because of its place or its name.
package struct Stray: Sendable {
    /// The name of its owner.
    package let owner: String
    package let path: String
    package let inode: Int64
    /// Why it is not taken, and what to do.
    package let reason: String
    /// When it last changed; nil if that is not known.
    package let since: Timestamp?
}

extension Inbox {
    /// Describes entries that are not meant for us.
    package func strays(
        _ names: [FileName], now: Timestamp
    ) throws(SystemError) -> [Stray] {
        var strays: [Stray] = []
        for name in names {
            // It may be gone meanwhile.
            guard let status = try directory.status(of: name) else { continue }
            let reason =
                switch status.st_mode & S_IFMT {
                case S_IFREG:
                    "its name does not end in .json; give it a name that does, or remove it"
                case S_IFDIR:
                    """
                    it is a directory, and nothing in it is taken; move its files up into the \
                    inbox, and remove it
                    """
                default: "it is not a regular file; upload the file itself, and remove this"
                }
            strays.append(
                Stray(
                    owner: dropper.name, path: "\(path)/\(name.safe)", status, reason, at: now))
        }
        return strays
    }
}

extension Spool {
    /// Finds files beside the inboxes and outboxes, where intake takes nothing, and in the doors
    /// what is no file for intake.
    ///
    /// - Parameters:
    ///   - droppers: whose directories to look at.
    ///   - most: the most entries of one directory to look at.
    ///   - now: the time of the clock.
    /// - Returns: some of the files; all of them if they are few.
    /// - Throws: `SystemError` if the disk fails.
    package func misplaced(
        _ droppers: [Dropper], most: Int, now: Timestamp
    ) throws(SystemError) -> [Stray] {
        var strays: [Stray] = []
        for dropper in droppers {
            let home = "\(root)/\(dropper.home)"
            strays += try notDirectories(
                in: home, of: dropper.name, most: most, now: now,
                """
                it lies beside the inbox, and nothing there is taken; move it into \(home)/inbox, \
                or remove it
                """, besides: ["inbox", "outbox"])
            strays += try inboxIsNone(dropper, now: now)
        }
        strays += try notDirectories(
            in: "\(root)/resellers", of: "", most: most, now: now,
            "it lies beside the resellers' directories; move it into an inbox, or remove it",
            besides: nil)
        strays += try notDirectories(
            in: "\(root)/desks", of: "", most: most, now: now,
            """
            the settings have no desk of this name, and nothing of it is taken; add it to desks, \
            or remove it
            """,
            besides: droppers.compactMap { dropper in
                if case .namedDesk(let name) = dropper { name } else { nil }
            })
        try forEachDoor { door throws(SystemError) in
            strays += try door.strays(most: most, now: now)
        }
        strays += try notDirectories(
            in: "\(root)/doors", of: "", most: most, now: now,
            "it lies beside the users' doors, and nothing there is taken; remove it", besides: nil)
        return strays
    }

    /// The entries of a directory that should hold nothing but the directories `expected`; nil
    /// allows any directory. A directory that cannot be listed has no such entries.
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

    /// The inbox itself if it is not a directory, so that nothing can be taken from it.
    private func inboxIsNone(_ dropper: Dropper, now: Timestamp) throws(SystemError) -> [Stray] {
        let path = inbox(of: dropper)
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return [] }
        let kind = status.st_mode & S_IFMT == S_IFLNK ? "a symbolic link" : "no directory"
        return [
            Stray(
                owner: dropper.name, path: path, status,
                """
                it is \(kind), and nothing is taken through it; move the files into a directory of \
                that name
                """, at: now)
        ]
    }

    /// The owner of the directories that a path lies in; empty if there is none.
    package func owner(of path: String) -> String {
        let below = path.dropFirst(root.utf8.count).split(separator: "/")
        guard path.hasPrefix("\(root)/"), let first = below.first else { return "" }
        switch first {
        case "resellers", "doors", "work", "quarantine":
            return below.count > 1 ? String(below[1]) : ""
        case "archive": return below.count > 2 ? String(below[2]) : ""
        case "desk": return Dropper.desk.name
        case "desks": return below.count > 1 ? Dropper.namedDesk(String(below[1])).name : ""
        default: return ""
        }
    }
}

extension Door {
    /// Entries that nobody but a person can have put there.
    fileprivate func strays(most: Int, now: Timestamp) throws(SystemError) -> [Stray] {
        var strays: [Stray] = []
        for name in try directory.names(limit: most + Self.mostWaiting).sorted() {
            guard strays.count < most, let status = try directory.status(of: name),
                status.st_mode & S_IFMT != S_IFREG || !(name.isForUs || name.isInTheMaking)
            else { continue }
            strays.append(
                Stray(
                    owner: dropper.name, path: "\(path)/\(name.safe)", status,
                    "only the programs that serve HTTP put files here, and this is not theirs; "
                        + "remove it", at: now))
        }
        return strays
    }

    /// How many entries that are files for intake may hide others.
    private static let mostWaiting = 1_000
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
