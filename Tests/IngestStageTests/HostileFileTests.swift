import TestHouse
import TestSupport
import Testing

/// Files as a careless or a malicious program might drop them.
private struct Adversary {
    var random: Seeded

    /// Something between a good batch and noise.
    mutating func file() -> [UInt8] {
        var bytes = Array(batch().utf8)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: bytes = Array(bytes.prefix(Int.random(in: 1...bytes.count, using: &random)))
        case 2: bytes[Int.random(in: 0..<bytes.count, using: &random)] = 0
        case 3: bytes = Array(repeating: UInt8(ascii: "["), count: 100_000)
        case 4: bytes = [0xEF, 0xBB, 0xBF] + bytes
        default: break
        }
        return bytes
    }

    private mutating func batch() -> String {
        let lines = (0..<Int.random(in: 0...6, using: &random)).map { _ in line() }
        return """
            {\(header())"orders": [\(lines.joined(separator: ", "))],
             "cancels": [{"order": \(random.integer())}]}
            """
    }

    private mutating func header() -> String {
        [
            "", "", "", #""all_or_nothing": true, "#, #""count": 3, "#, #""total": "0.12", "#,
            #""batch": "same", "#, #""batch": "same", "batch": "same", "#, #""orders": [], "#,
            #""unknown": {"a": [[[[]]]]}, "#,
        ].randomElement(using: &random)!
    }

    private mutating func line() -> String {
        let quantity = ["100", "-1", "1e3", "\"5\"", "\(random.natural())", "{}", "null", "0.1"]
            .randomElement(using: &random)!
        let link = [
            "https://a.example", "\\u0000", "\\uD800", "\\u202e",
            String(repeating: "x", count: 5_000),
        ].randomElement(using: &random)!
        let service = [101, 102, 104, 116, 201, 202, 203, 204, 205, 9].randomElement(
            using: &random)!
        return [
            #"{"service": \#(service), "link": "\#(link)", "quantity": \#(quantity)}"#,
            #"{"service": 101, "link": "a", "quantity": 100, "ref": "R"}"#, "[]", "1E400",
            #"{"service": 104, "link": "a", "comments": [\#(quantity), "\#(link)"]}"#,
        ].randomElement(using: &random)!
    }
}

@Suite struct HostileFileTests {
    @Test func `every dropped file gets a receipt, and its bytes are kept`() throws {
        var adversary = Adversary(random: Seeded())
        let seed = Comment("SEED=\(adversary.random.seed)")
        let house = try House.stocked("intake: {min_free_bytes: 0, max_orders_per_commit: 20}")
        try house.add(funds: "1")
        try house.add("zenith", creditLimit: "9000000000000")
        var dropped: [(user: String, name: String, bytes: [UInt8])] = []
        for number in 0..<150 {
            let user = ["acme", "acme", "zenith", "desk", "ghost"].randomElement(
                using: &adversary.random)!
            // Every tenth is a copy of another.
            let bytes =
                number % 10 == 9
                ? dropped.randomElement(using: &adversary.random)!.bytes : adversary.file()
            dropped.append((user, "\(number).json", bytes))
            house.put(bytes, as: "\(number).json", by: user)
        }
        try house.ingest()

        // In lock/, the programs say how far they saw the ledger.
        func files() -> [String: [UInt8]] {
            tree(at: house.spool).filter { !$0.key.hasPrefix("lock/") }
        }
        let before = files()
        for (user, name, bytes) in dropped {
            #expect(try house.receipt(of: name, by: user)["file"] == name, seed)
            let isKept = before.contains { path, kept in
                (path.hasPrefix("archive/") || path.hasPrefix("quarantine/"))
                    && path.contains("/\(user)/") && path.hasSuffix("-\(name)") && kept == bytes
            }
            #expect(isKept, seed)
        }
        #expect(!before.keys.contains { $0.contains("inbox/") || $0.hasPrefix("work/") }, seed)
        try house.expectSound()

        try house.ingest()
        #expect(files() == before, seed)
    }
}
