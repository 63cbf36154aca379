import Spool
import TestHouse
import TestSupport
import Testing

@testable import IngestStage

/// Inboxes of a spool, by the resellers' names.
private func inbox(of name: String, in folder: TemporaryFolder) throws -> Inbox {
    let spool = try Spool.open(at: folder.path, program: "ingest")
    try spool.makeDirectories(ofReseller: name)
    return try #require(try spool.openInbox(of: .reseller(name)))
}

/// The order in which everything is taken, where each file has the bytes that `bytes` says.
private func order(of lines: [String: [String]], bytes: (String) -> Int64) throws -> [String] {
    let folder = TemporaryFolder()
    var turns = FairTurns(
        try lines.sorted { $0.key < $1.key }.map {
            (try inbox(of: $0.key, in: folder), $0.value.map { FileName($0) })
        })
    var taken: [String] = []
    while let (inbox, name) = turns.next() {
        taken.append("\(inbox.dropper.name)/\(name)")
        turns.count(bytes("\(name)"))
    }
    #expect(turns.isOver)
    return taken
}

@Suite struct FairTurnsTests {
    @Test func `large files are taken in turn, one from each reseller`() throws {
        let taken = try order(of: ["a": ["1", "2", "3"], "b": ["4"], "c": ["5", "6"]]) { _ in
            FairTurns<Inbox>.quantum
        }
        #expect(taken == ["a/1", "b/4", "c/5", "a/2", "c/6", "a/3"])
    }

    @Test func `small files share a turn, and even empty files use it up`() throws {
        let perTurn = Int(FairTurns<Inbox>.quantum / FairTurns<Inbox>.leastBytes)
        let many = (1...(2 * perTurn)).map { "\($0)" }
        let taken = try order(of: ["a": many, "b": ["x"]]) { _ in 0 }
        #expect(taken.firstIndex(of: "b/x") == perTurn)
        #expect(taken.count == many.count + 1)
    }

    @Test func `every file is taken once, whatever the sizes`() throws {
        var random = Seeded()
        let seed = random.seed
        for _ in 0..<50 {
            var lines: [String: [String]] = [:]
            for owner in "abcde".prefix(Int.random(in: 0...5, using: &random)) {
                lines["\(owner)"] = (0..<Int.random(in: 0...40, using: &random)).map { "\($0)" }
            }
            let all = lines.flatMap { owner, names in names.map { "\(owner)/\($0)" } }
            let taken = try order(of: lines) { _ in Int64.random(in: 0...90_000, using: &random) }
            #expect(taken.sorted() == all.sorted(), "SEED=\(seed)")
        }
    }

    @Test func `a name that is put back is next, even if it was the last`() throws {
        let folder = TemporaryFolder()
        var turns = FairTurns([
            (try inbox(of: "a", in: folder), [FileName("1")]),
            (try inbox(of: "b", in: folder), [FileName("2")]),
        ])
        #expect(turns.next()?.name == FileName("1"))
        turns.putBack(FileName("1"))
        #expect(!turns.isOver)
        #expect(turns.next()?.name == FileName("1"))
        #expect(turns.next()?.name == FileName("2"))
        #expect(turns.next() == nil)
    }

    @Test func `a reseller with many files does not starve another`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_files_per_commit: 10}")
        try house.add()
        try house.add("zenith")
        let line = #"{"service": 101, "link": "a", "quantity": 1}"#
        for number in 100...299 {
            house.put(#"{"batch": "\#(number)", "orders": [\#(line)]}"#, as: "\(number).json")
        }
        house.put(#"{"orders": [\#(line)]}"#, by: "zenith")
        try house.ingest()
        let before = try #require(try house.orders(of: "zenith").first)
        #expect(before <= FairTurns<Inbox>.quantum / FairTurns<Inbox>.leastBytes + 1)
        #expect(try house.files(of: "acme") == (100...299).map { "\($0).json" })
    }
}
