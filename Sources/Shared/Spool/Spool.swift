import Glibc
import Timestamps

/// The directories through which files come and go.
///
///     resellers/<user>/inbox/    dropped by the reseller       resellers/<user>/outbox/   for them
///     desk/inbox/                dropped by the operator       desk/outbox/
///     desks/<name>/inbox/        dropped at a named desk       desks/<name>/outbox/
///     doors/<user>/              dropped by the programs that serve HTTP (`Door`)
///     tmp/                       files being written; rubbish after a crash
///     work/<user>/<sha256>       a copy of a file whose effect may not be finished
///     work/<user>/<sha256>-<name>  the same, of a file collected from a door (`Collecting`)
///     work/<user>/<name>.json    an entry of an inbox on its way out (`HeldEntry`)
///     archive/<day>/<user>/      <sha256>-<name>, finished; <sha256>.receipt.json of its orders
///     quarantine/<user>/         <sha256>-<name>, unreadable, with <sha256>-<name>.reason.json
///     lock/                      the programs' locks, and what one run leaves for the next
///     journal/                   what the ledger could not take (`openJournals`)
///
/// A named desk's directories in `doors`, `work`, `archive` and `quarantine` are called `@<name>`.
///
/// The files that exist show how far everything has come. A file in `work` has been copied and
/// synced, or collected. A file in `archive` has had its effect and its receipt. The original in an
/// `inbox` goes last (design.md §4).
package struct Spool: Sendable {
    package let root: String
    /// Our files in `tmp` begin with this name; only one run of a program exists at a time.
    let program: String

    /// The mode of our own directories, which nobody else may enter.
    static let privateMode: mode_t = 0o700
    /// The mode of directories that resellers and the desk use. The operator decides who may enter.
    static let sharedMode: mode_t = 0o755

    /// Opens the spool, makes the directories that are missing, and removes the files that an
    /// earlier run of `program` left in `tmp`.
    ///
    /// The caller holds the program's lock.
    package static func open(at root: String, program: String) throws(SystemError) -> Spool {
        let spool = Spool(root: root, program: program)
        for name in ["resellers", "desk/inbox", "desk/outbox", "desks"] {
            try spool.makeMissing(name, mode: sharedMode)
        }
        for name in ["doors", "tmp", "work", "archive", "quarantine", "lock", "journal"] {
            try spool.makeMissing(name, mode: privateMode)
        }
        try spool.emptyTemporary()
        return spool
    }

    /// Makes the directories of a reseller that are missing.
    package func makeDirectories(ofReseller user: String) throws(SystemError) {
        try makeDirectories(of: .reseller(user))
    }

    /// Makes the inbox and the outbox of `dropper` if they are missing.
    package func makeDirectories(of dropper: Dropper) throws(SystemError) {
        for name in ["inbox", "outbox"] {
            try makeMissing("\(dropper.home)/\(name)", mode: Self.sharedMode)
        }
    }

    private func makeMissing(_ name: String, mode: mode_t) throws(SystemError) {
        let path = "\(root)/\(name)"
        if access(path, F_OK) != 0 { try Directory.make(path, mode: mode) }
    }

    private func emptyTemporary() throws(SystemError) {
        try Directory("\(root)/tmp").removeAll(beginningWith: "\(program).")
    }

    /// The space left for us on the spool's disk, in bytes.
    package func freeBytes() throws(SystemError) -> Int {
        var status = statvfs()
        try check("cannot look at the disk of", root) { statvfs(root, &status) }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}

/// The owner of an inbox or a door: a reseller, by name, the desk, or a named desk.
package enum Dropper: Hashable, Sendable {
    case desk
    /// One of the further desks of the settings.
    case namedDesk(String)
    case reseller(String)

    /// The owner of the directories with this name in `work`, `archive` and `quarantine`.
    init(named name: String) {
        self =
            name == Dropper.desk.name
            ? .desk : name.first == "@" ? .namedDesk(String(name.dropFirst())) : .reseller(name)
    }

    /// Whether its files are desk files.
    package var isDesk: Bool {
        if case .reseller = self { false } else { true }
    }

    /// The name of the owner's directories in `work`, `archive` and `quarantine`.
    package var name: String {
        switch self {
        case .desk: "desk"
        case .namedDesk(let name): "@\(name)"
        case .reseller(let user): user
        }
    }

    var home: String {
        switch self {
        case .desk: "desk"
        case .namedDesk(let name): "desks/\(name)"
        case .reseller(let user): "resellers/\(user)"
        }
    }
}

extension Spool {
    package func inbox(of dropper: Dropper) -> String { "\(root)/\(dropper.home)/inbox" }
    package func outbox(of dropper: Dropper) -> String { "\(root)/\(dropper.home)/outbox" }
    /// Where the programs note the generation of the ledger that they saw last.
    package var generationFile: String { Self.generationFile(inSpool: root) }
    package static func generationFile(inSpool root: String) -> String { "\(root)/lock/generation" }
    /// Where the programs note how far the accounts had come when they saw them last.
    package var accountsFile: String { "\(root)/lock/accounts" }
    /// Where the programs keep their locks, and what one run leaves for the next.
    package var runDirectory: String { "\(root)/lock" }
    /// Where a program keeps what the ledger could not take (`openJournals`).
    package func journal(_ name: String) -> String { "\(root)/journal/\(name)" }

    func work(of dropper: Dropper) -> String { "\(root)/work/\(dropper.name)" }
    func quarantine(of dropper: Dropper) -> String { "\(root)/quarantine/\(dropper.name)" }

    package func archive(of dropper: Dropper, at moment: Timestamp) -> String {
        "\(root)/archive/\(moment.day)/\(dropper.name)"
    }

    /// A directory among the resellers' with the desk's name; intake takes nothing from it.
    package var strayDesk: String? {
        let path = "\(root)/resellers/\(Dropper.desk.name)"
        return access(path, F_OK) == 0 ? path : nil
    }

    /// The resellers who have directories, by name.
    package func resellers() throws(SystemError) -> [String] {
        // A reseller named like the desk would share the desk's directories in `work`.
        try Directory("\(root)/resellers").names().map(\.description)
            .filter { $0 != Dropper.desk.name }.sorted()
    }
}

/// The directories that a group of moves touches: opened once, made where they are missing, and
/// synced once at the end.
struct TouchedDirectories {
    private var open: [String: Directory] = [:]
    /// In the order in which they were opened.
    private var all: [Directory] = []
    /// The one used last, which is usually the one used next.
    private var last: Directory?

    mutating func at(
        _ path: String, mode: mode_t = Spool.privateMode
    ) throws(SystemError) -> Directory {
        if let last, last.path == path { return last }
        let directory: Directory
        if let known = open[path] {
            directory = known
        } else {
            directory = try Self.opened(path, mode)
            open[path] = directory
            all.append(directory)
        }
        last = directory
        return directory
    }

    private static func opened(
        _ path: String, _ mode: mode_t
    ) throws(SystemError) -> Directory {
        do {
            return try Directory(path)
        } catch  where error.code == ENOENT {
            try Directory.make(path, mode: mode)
            return try Directory(path)
        }
    }

    /// Syncs them. Many on one file system are synced at once, as files are (`SharedSync`): where
    /// many users share a commit, each has directories of their own.
    func sync() throws(SystemError) {
        for together in try fileSystems() { try Self.sync(together) }
    }

    private static func sync(_ directories: [Directory]) throws(SystemError) {
        if directories.count > SharedSync.alone, let first = directories.first {
            // It was opened before anything was moved, so it hears of every write error.
            return try first.syncFileSystem()
        }
        for directory in directories { try directory.sync() }
    }

    /// The directories of each file system; a few stay together, because each is synced anyway.
    private func fileSystems() throws(SystemError) -> [[Directory]] {
        guard all.count > SharedSync.alone else { return [all] }
        var found: [dev_t: [Directory]] = [:]
        for directory in all { found[try directory.device(), default: []].append(directory) }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}
