import Glibc
import TestSupport

/// An inbox with more files than anybody would look at at once, and a reseller with a single one.
struct ManyFiles {
    private let folder: TemporaryFolder
    private let count: Int
    private var premises: Premises { Premises(path: folder.path) }

    /// KiB by which a run may be larger than one that has little to do: what is kept of each file would
    /// be more.
    private static let mostGrowth = 64 << 10

    init(_ count: Int) throws {
        self.count = count
        // The memory of a machine does not hold a million files.
        folder = TemporaryFolder(inMemory: count < 10_000)
        try premises.configure(provider: "http://127.0.0.1:9/api/v2")
        try premises.write(
            #"{"batch": "users", "by": "a", "why": "b", "users": [{"user": "acme"}, {"user": "zenith"}]}"#,
            to: "spool/desk/inbox/users.json")
        try premises.done("ingest")
        try drop(1...500)
        try premises.done("ingest")
    }

    /// What is wrong once all is taken: by a run that is killed on the way, and the next.
    ///
    /// - Parameter seconds: until the first run is killed.
    func seen(killedAfter seconds: Int) throws -> [String] {
        let small = Self.largestChild()
        try drop(501...count)
        try premises.write(
            #"{"batch": "only", "cancels": []}"#, to: "spool/resellers/zenith/inbox/only.json")
        let first = premises.run("ingest", under: "exec timeout -s KILL \(seconds)")
        var seen = first.isKilled || first.status == 0 ? [] : ["ended with \(first.status)"]
        try premises.done("ingest")
        let grown = Self.largestChild() - small
        if grown > Self.mostGrowth { seen.append("it grew by \(grown) KiB") }
        for (place, wanted) in [
            ("resellers/acme/inbox", 0), ("resellers/acme/outbox", count),
            ("archive/*/acme", count), ("resellers/zenith/outbox", 1), ("work", 0), ("tmp", 0),
        ] {
            let found = shellRun("find '\(premises.spool)'/\(place) -type f | wc -l").output
            if Int(found.filter(\.isNumber)) != wanted { seen.append("\(place) has \(found)") }
        }
        let taken = try premises.table(
            "SELECT count(*), count(DISTINCT name), min(status) FROM files WHERE user_id = 'acme'")
        if taken != ["\(count)|\(count)|accepted"] { seen.append("taken were \(taken)") }
        // Turns are fair: a single file is in the first commits.
        let before = try premises.table(
            "SELECT count(*) FROM files WHERE id < (SELECT id FROM files WHERE name = 'only.json')")
        if (Int(before[0]) ?? .max) > 2_500 { seen.append("\(before) came before a single file") }
        return seen + (try premises.findings())
    }

    private func drop(_ numbers: ClosedRange<Int>) throws {
        let script = """
            cd '\(premises.spool)/resellers/acme/inbox' && seq \(numbers.lowerBound) \
            \(numbers.upperBound) | while read n; do \
            echo "{\\"batch\\": \\"$n\\", \\"cancels\\": []}" > $n.json || exit 1; done
            """
        guard shellRun(script).status == 0 else { throw RigFailure("the inbox cannot be filled") }
    }

    /// KiB: what the largest program that was run used of memory.
    private static func largestChild() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        return usage.ru_maxrss
    }
}
