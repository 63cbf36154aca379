import TestHouse
import TestSupport

/// An undisturbed run of `ingest` as `strace` saw it: what was on disk at which moment.
///
/// A power cut keeps what was synced and may lose anything else, in any order. So a promise holds
/// if everything it rests on was synced before it was made. The system calls show that, on any
/// machine and without cutting any power.
struct SyncOrder {
    /// A call that changed something, with its place in the order in which calls began and ended.
    fileprivate enum Event: Equatable {
        case wrote(String)
        case synced(String)
        /// Everything written before, anywhere.
        case syncedAll
        case moved(from: String, to: String)
        case removed(String)
    }

    private let events: [Event]
    private let root: String

    /// Traces `ingest` in works that have something to do.
    init(_ works: Works) throws {
        try NoPowerSwitch.check()
        let folder = TemporaryFolder(inMemory: true)
        let calls =
            "write,pwrite64,ftruncate,fsync,fdatasync,syncfs,?rename,renameat,renameat2,?unlink,"
            + "unlinkat"
        let ending = works.run(
            "ingest",
            under: "exec strace -f -y -qq -s 4096 -o \(folder.path)/trace -e trace=\(calls)")
        guard ending.status == 0, let trace = content(at: "\(folder.path)/trace") else {
            throw WorldFailure("ingest could not be watched: \(ending.text)")
        }
        root = works.path
        events = trace.split(separator: "\n").compactMap(Self.event)
    }

    /// `12 fsync(5</a/b>) = 0`. If another thread's call splits this one, the path is in the first
    /// half; ingest changes files on one thread only.
    private static func event(_ line: Substring) -> Event? {
        guard let call = line.firstMatch(of: /^[0-9]+ +([a-z0-9]+)\((.*)/) else { return nil }
        let opened = call.2.matches(of: /[0-9A-Z_]+<([^>]*)>/).map { String($0.1) }
        let named = call.2.matches(of: /"([^"]*)"/).map { String($0.1) }
        func path(_ index: Int) -> String {
            named[index].hasPrefix("/") ? named[index] : "\(opened[index])/\(named[index])"
        }
        switch call.1 {
        case "write", "pwrite64", "ftruncate": return opened.first.map { .wrote($0) }
        case "fsync", "fdatasync": return opened.first.map { .synced($0) }
        case "syncfs": return .syncedAll
        case "renameat", "renameat2": return .moved(from: path(0), to: path(1))
        case "rename": return .moved(from: named[0], to: named[1])
        case "unlinkat": return .removed(path(0))
        case "unlink": return .removed(named[0])
        default: return nil
        }
    }
}

extension SyncOrder {
    /// Files that got their name before their bytes were on disk.
    ///
    /// Not the file that notes when a program last ran: nothing rests on it.
    func unsyncedFiles() -> [String] {
        moves(to: "").filter { !$0.to.hasSuffix(".last") }.compactMap { index, from, to in
            guard let written = last(.wrote(from), before: index) else { return nil }
            let isSynced = events[written..<index].contains {
                $0 == .synced(from) || $0 == .syncedAll
            }
            return isSynced ? nil : "\(short(to)) got its name before its bytes were synced"
        }
    }

    /// Steps in the life of a file that came too early (design.md §4). It is copied, committed,
    /// answered by a receipt and archived, and then its original is removed; each step rests on the
    /// directory entries before it.
    func hasty() -> [String] {
        let archived = moves(to: "/spool/archive/") + moves(to: "/spool/quarantine/")
        // Copies, and files from doors; what is quarantined unread comes from there too, under its
        // own name.
        let lives = archived.filter {
            $0.from.contains("/work/") && (!$0.from.hasSuffix(".json") || isCollected($0.from))
        }
        if lives.isEmpty { return ["no file was archived"] }
        return lives.flatMap { life(of: $0.from, movedAt: $0.index, to: $0.to) }
    }

    /// Whether a file in `work` came through a door: it has its digest and its name.
    private func isCollected(_ path: String) -> Bool {
        path.contains(/\/[0-9a-f]{64}-[^\/]*$/)
    }

    private func life(of copy: String, movedAt archived: Int, to kept: String) -> [String] {
        let name = kept.replacing(/.*\/[0-9a-f]{64}-/, with: "").replacing(/\.json$/, with: "")
        let owner = folder(of: kept).split(separator: "/").last!
        let user = owner.first == "@" ? owner.dropFirst() : owner
        let receipts = moves(to: "/\(user)/outbox/")
        // What a run that died had collected was there before the first event.
        let wasLeft = isCollected(copy) && !moves(to: copy).contains { $0.to == copy }
        guard let claim = wasLeft ? 0 : events.firstIndex(where: { $0.target == copy }),
            let receipt = receipts.first(where: { $0.to.hasSuffix("/\(name).receipt.json") })
        else { return ["\(short(kept)): was never claimed, or never told"] }
        let commit = last(.synced("\(root)/var/ledger.sqlite-wal"), before: receipt.index) ?? -1
        let removal = events.firstIndex { $0.isRemoval(of: name, from: "/\(user)/inbox/") }
        var seen: [String] = []
        func demand(_ isSo: Bool, _ what: String) {
            if !isSo { seen.append("\(short(kept)): \(what)") }
        }
        func isSynced(_ directory: String, _ range: Range<Int>) -> Bool {
            events[range].contains { $0 == .synced(directory) || $0 == .syncedAll }
        }
        demand(commit > claim, "told before the ledger's commit was synced")
        demand(
            isCollected(copy) || commit < claim || isSynced(folder(of: copy), claim..<commit),
            "committed before its copy's entry was synced")
        demand(
            receipt.index < archived && isSynced(folder(of: receipt.to), receipt.index..<archived),
            "archived before its receipt's entry was synced")
        demand(
            isCollected(copy)
                || removal.map { $0 > archived && isSynced(folder(of: kept), archived..<$0) }
                    ?? false,
            "its original went before its archive's entry was synced")
        return seen
    }

    private func moves(to part: String) -> [(index: Int, from: String, to: String)] {
        events.enumerated().compactMap { index, event in
            guard case .moved(let from, let to) = event, to.contains(part) else { return nil }
            return (index, from, to)
        }
    }

    private func last(_ event: Event, before index: Int) -> Int? {
        events[..<index].lastIndex(of: event)
    }

    private func folder(of path: String) -> String {
        String(path.prefix(upTo: path.lastIndex(of: "/")!))
    }

    private func short(_ path: String) -> String { path.replacing("\(root)/", with: "") }
}

extension SyncOrder.Event {
    fileprivate var target: String? {
        if case .moved(_, let to) = self { to } else { nil }
    }

    fileprivate func isRemoval(of name: String, from inbox: String) -> Bool {
        let original = "\(inbox)\(name).json"
        return switch self {
        case .removed(let path), .moved(let path, _): path.hasSuffix(original)
        default: false
        }
    }
}
