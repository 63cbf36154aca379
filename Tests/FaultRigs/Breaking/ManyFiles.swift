import Glibc
import TestHouse
import TestSupport

/// An inbox with more files than fit into one look, and a reseller with a single file.
struct ManyFiles {
    private let folder: TemporaryFolder
    private let count: Int
    private var works: Works { Works(path: folder.path) }

    /// KiB of memory that a run may have for its data, including its threads' stacks. A look at
    /// some files needs 80 MiB of it; keeping anything of each of a million files would need more
    /// than the rest.
    private static let memory = 96 << 10

    /// - Throws: `NoRoomInMemory`; `WorldFailure`.
    init(_ count: Int) throws {
        self.count = count
        // A busy disk creates and removes a thousand files a second; memory, a hundred thousand.
        folder = TemporaryFolder(inMemory: true)
        try NoRoomInMemory.check(files: count, at: folder.path)
        try works.configure([.unpaused("sandbox", url: "http://127.0.0.1:9/api/v2")])
        try works.write(
            #"{"batch": "users", "by": "a", "why": "b", "users": [{"user": "acme"}, "#
                + #"{"user": "zenith"}]}"#,
            to: "spool/desk/inbox/users.json")
        try works.done("ingest")
        try drop(1...500)
        try works.done("ingest")
    }

    /// Faults after runs that are killed on the way, and, if there is time, once every file is
    /// taken.
    ///
    /// `seconds`: until each run is killed.
    func seen(killedAfter seconds: [Int], finishing: Bool) throws -> [String] {
        try drop(501...count)
        try works.write(
            #"{"batch": "only", "cancels": []}"#, to: "spool/resellers/zenith/inbox/only.json")
        var seen: [String] = []
        for limit in seconds {
            seen += run(under: "exec timeout -s KILL \(limit)")
            seen += try lost()
        }
        if finishing { seen += run(under: "exec") + (try unfinished()) }
        // Turns are fair: a single file is in the first commits.
        let before = try works.table(
            "SELECT count(*) FROM files WHERE id < (SELECT id FROM files WHERE name = 'only.json')")
        if (Int(before[0]) ?? .max) > 2_500 { seen.append("\(before) came before a single file") }
        return seen + (try works.findings())
    }

    /// Runs `ingest` with little memory. Returns what is wrong about how it ended.
    private func run(under other: String) -> [String] {
        let run = works.run("ingest", under: "ulimit -d \(Self.memory); \(other)")
        return run.isKilled || run.status == 0 ? [] : ["ended with \(run.status): \(run.text)"]
    }

    /// Files that are neither where they were dropped nor taken with row and receipt, and receipts
    /// that are not true.
    private func lost() throws -> [String] {
        let acme = "\(works.spool)/resellers/acme"
        let rows = Set(try works.table("SELECT name FROM files WHERE user_id = 'acme'"))
        let receipts = Set(
            names(in: "\(acme)/outbox").filter { $0.hasSuffix(".receipt.json") }
                .map { "\($0.dropLast(".receipt.json".count)).json" })
        let waiting = Set(names(in: "\(acme)/inbox"))
        let gone = (1...count).count { number in
            let name = "\(number).json"
            return !waiting.contains(name) && !(rows.contains(name) && receipts.contains(name))
        }
        let untrue = receipts.subtracting(rows).count
        return (gone == 0 ? [] : ["\(gone) files are gone without row and receipt"])
            + (untrue == 0 ? [] : ["\(untrue) receipts are of files that were not taken"])
    }

    /// Whatever differs from the state in which every file is taken.
    private func unfinished() throws -> [String] {
        var seen: [String] = []
        for (place, wanted) in [
            ("resellers/acme/inbox", 0), ("resellers/acme/outbox", count),
            ("archive/*/acme", count), ("resellers/zenith/outbox", 1), ("work", 0), ("tmp", 0),
        ] {
            let found = shellRun("find '\(works.spool)'/\(place) -type f | wc -l").output
            if Int(found.filter(\.isNumber)) != wanted { seen.append("\(place) has \(found)") }
        }
        let taken = try works.table(
            "SELECT count(*), count(DISTINCT name), min(status) FROM files WHERE user_id = 'acme'")
        if taken != ["\(count)|\(count)|accepted"] { seen.append("taken were \(taken)") }
        return seen
    }

    private func drop(_ numbers: ClosedRange<Int>) throws {
        let script = """
            cd '\(works.spool)/resellers/acme/inbox' && seq \(numbers.lowerBound) \
            \(numbers.upperBound) | while read n; do \
            echo "{\\"batch\\": \\"$n\\", \\"cancels\\": []}" > $n.json || exit 1; done
            """
        guard shellRun(script).status == 0 else { throw WorldFailure("the inbox cannot be filled") }
    }
}

/// Why so many files cannot be kept here.
struct NoRoomInMemory: Error, CustomStringConvertible {
    let description: String

    /// The nodes of the file system that a file needs, in an inbox or as a copy with a receipt; and
    /// the bytes of each: a page and the system's own data.
    private static let (nodes, nodeBytes) = (2, 6 << 10)

    /// Throws if the file system at `path` has no room for this many files.
    static func check(files: Int, at path: String) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw WorldFailure("\(path) cannot be looked at") }
        let nodes = files * Self.nodes
        let bytes = nodes * nodeBytes
        let words = content(at: "/proc/meminfo")?.split(separator: "\n")
            .first { $0.hasPrefix("MemAvailable:") }?.split(separator: " ")
        let memory = (words.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) << 10
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        guard Int(status.f_favail) >= nodes, min(free, memory) >= bytes else {
            throw NoRoomInMemory(
                description: """
                    \(files) files and their receipts take \(nodes) files and \(bytes >> 20) MiB \
                    of memory in \
                    \(path), which has \(status.f_favail) and \(min(free, memory) >> 20)
                    """)
        }
    }
}
