import Glibc
import Timestamps

/// The directories through which files come and go.
///
///     resellers/<user>/inbox/    dropped by the reseller       resellers/<user>/outbox/   for him
///     desk/inbox/                the operator's                desk/outbox/
///     tmp/                       being written; rubbish after a crash
///     work/<user>/<sha256>       a copy of a file whose effect is not known to be finished
///     work/<user>/<name>.json    an entry of an inbox that is about to go (`HeldEntry`)
///     archive/<day>/<user>/      <sha256>-<name>, finished
///     quarantine/<user>/         <sha256>-<name>, could not be read, beside <sha256>-<name>.reason.json
///     lock/  journal/            of the programs
///
/// Which files exist says how far everything is: a file in `work` has been copied and synced; one in
/// `archive` has had its effect and its receipt; an original in an `inbox` goes last (design.md §4).
package struct Spool: Sendable {
    package let root: String
    /// Whose files in `tmp` are ours: one program runs at a time under a name.
    let program: String

    /// Directories of ours: nobody else may look.
    static let privateMode: mode_t = 0o700
    /// Directories that resellers and the desk use. Who may enter them is the operator's to set.
    static let sharedMode: mode_t = 0o755

    /// Makes what is missing, and empties `tmp` of what an earlier run of `program` left.
    ///
    /// The caller holds the program's lock.
    package static func open(at root: String, program: String) throws(SystemError) -> Spool {
        let spool = Spool(root: root, program: program)
        for name in ["resellers", "desk/inbox", "desk/outbox"] {
            try spool.makeMissing(name, mode: sharedMode)
        }
        for name in ["tmp", "work", "archive", "quarantine", "lock", "journal"] {
            try spool.makeMissing(name, mode: privateMode)
        }
        try spool.emptyTemporary()
        return spool
    }

    /// Makes the directories of a reseller where they are missing.
    package func makeDirectories(ofReseller user: String) throws(SystemError) {
        for name in ["inbox", "outbox"] {
            try makeMissing("resellers/\(user)/\(name)", mode: Self.sharedMode)
        }
    }

    private func makeMissing(_ name: String, mode: mode_t) throws(SystemError) {
        let path = "\(root)/\(name)"
        if access(path, F_OK) != 0 { try Directory.make(path, mode: mode) }
    }

    private func emptyTemporary() throws(SystemError) {
        try Directory("\(root)/tmp").removeAll(beginningWith: "\(program).")
    }

    /// The room left for us on the spool's disk, in bytes.
    package func freeBytes() throws(SystemError) -> Int {
        var status = statvfs()
        try check("cannot look at the disk of", root) { statvfs(root, &status) }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}

/// Whose files: a reseller's, by his name, or the desk's.
package enum Dropper: Hashable, Sendable {
    case desk
    case reseller(String)

    /// Whose directories in `work`, `archive` and `quarantine` have this name.
    init(named name: String) {
        self = name == Dropper.desk.name ? .desk : .reseller(name)
    }

    /// The name of its directories in `work`, `archive` and `quarantine`.
    package var name: String {
        switch self {
        case .desk: "desk"
        case .reseller(let user): user
        }
    }

    var home: String {
        switch self {
        case .desk: "desk"
        case .reseller(let user): "resellers/\(user)"
        }
    }
}

extension Spool {
    package func inbox(of dropper: Dropper) -> String { "\(root)/\(dropper.home)/inbox" }
    package func outbox(of dropper: Dropper) -> String { "\(root)/\(dropper.home)/outbox" }
    /// Where the programs keep how far the ledger had come when they saw it last.
    package var generationFile: String { Self.generationFile(inSpool: root) }
    package static func generationFile(inSpool root: String) -> String { "\(root)/lock/generation" }

    func work(of dropper: Dropper) -> String { "\(root)/work/\(dropper.name)" }
    func quarantine(of dropper: Dropper) -> String { "\(root)/quarantine/\(dropper.name)" }

    func archive(of dropper: Dropper, at moment: Timestamp) -> String {
        "\(root)/archive/\(moment.day)/\(dropper.name)"
    }

    /// A directory among the resellers' that has the desk's name: nothing is ever taken out of it.
    package var strayDesk: String? {
        let path = "\(root)/resellers/\(Dropper.desk.name)"
        return access(path, F_OK) == 0 ? path : nil
    }

    /// The resellers who have directories, by name.
    package func resellers() throws(SystemError) -> [String] {
        // A directory of the desk's name would get at the desk's directories in `work`.
        try Directory("\(root)/resellers").names().map(\.description)
            .filter { $0 != Dropper.desk.name }.sorted()
    }
}

/// The directories a batch of moves touched, opened once, and synced once at its end.
///
/// A directory that is missing is made.
struct TouchedDirectories {
    private var open: [String: Directory] = [:]
    /// The one asked for last, which is mostly the one asked for next.
    private var last: Directory?

    mutating func at(
        _ path: String, mode: mode_t = Spool.privateMode
    ) throws(SystemError) -> Directory {
        if let last, last.path == path { return last }
        if open[path] == nil {
            if access(path, F_OK) != 0 { try Directory.make(path, mode: mode) }
            open[path] = try Directory(path)
        }
        last = open[path]
        return last!
    }

    func sync() throws(SystemError) {
        for path in open.keys.sorted() { try open[path]!.sync() }
    }
}
