import Testing

/// A module with restricted importers, and what to use instead (design.md §3).
struct Wall: Sendable, CustomTestStringConvertible {
    let modules: [String]
    /// The folders and files that may import them.
    let owners: [String]
    let instead: String

    var testDescription: String { modules.joined(separator: ", ") }

    private init(_ modules: [String], ownedBy owners: [String], instead: String) {
        self.modules = modules
        self.owners = owners
        self.instead = instead
    }

    static let all = libraries + programs

    private static let libraries = [
        Wall(
            ["GRDB", "GRDBSQLite", "SQLite3"],
            ownedBy: [
                "Sources/Shared/SQLiteTables", "Tests/SQLiteTablesTests",
                "Tests/LedgerTests/Effort.swift",  // Counts what SQLite does.
            ],
            instead: "Tables, which asks SQL of no engine in particular"),
        Wall(
            ["SQLiteTables"],
            ownedBy: ["Sources/Shared/Stage", "Tests"],
            instead: "Tables; only Stage chooses the engine"),
        Wall(
            ["Tables"],
            ownedBy: [
                "Sources/Shared/Accounts", "Sources/Shared/Ledger", "Sources/Shared/SQLiteTables",
                "Tests",
            ],
            instead: """
                a method of Ledger or Accounts named after the business fact: only they ask SQL
                """),
        Wall(
            ["CSQLite"],
            ownedBy: [
                "Sources/Shared/SQLiteTables",
                "Tests/TestHouse/LedgerFile.swift",  // Looks into the books past the ledger.
            ],
            instead: "a question of World in TestHouse"),
        Wall(
            ["CCurl"], ownedBy: ["Sources/Shared/Transport"],
            instead: "Transport: only it knows libcurl"),
        Wall(
            ["CYAML"], ownedBy: ["Sources/Shared/Settings"],
            instead: "Settings: only it reads YAML"),
        Wall(
            ["CUnicode"], ownedBy: ["Sources/Shared/Identity"],
            instead: "Identity: only it knows utf8proc"),
        Wall(
            ["Crypto", "CryptoExtras", "_CryptoExtras"],
            ownedBy: [
                "Sources/Shared/Accounts", "Sources/Shared/Settings", "Sources/Shared/Spool",
            ],
            instead: "Spool for digests, Settings for sealed values, Accounts for keys"),
        Wall(
            [
                "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HummingbirdTesting", "NIOCore",
                "NIOHTTP1", "NIOPosix", "NIOSSL", "NIOTLS", "AsyncHTTPClient", "UnixSignals",
            ],
            ownedBy: ["Sources/Shared/Serving", "Sources/sandbox", "Tests/SandboxProviderTests"],
            instead: "Serving: only it keeps the limits that a server needs"),
        Wall(
            ["Serving"],
            ownedBy: [
                "Sources/upload", "Tests/ServingTests", "Tests/UploadDoorTests",
                "Tests/FaultRigs/Oracles/RequestOracle.swift", "Tests/Fuzz",
            ],
            instead: "the spool: a program of cron links no server"),
        Wall(
            ["Foundation"],
            ownedBy: [
                "Tests/SandboxProviderTests/LoopbackClient.swift"  // A thread that may block.
            ],
            instead: "Glibc: Foundation costs every run of a cron program its start-up time"),
        Wall(
            ["FoundationEssentials"],
            ownedBy: [
                "Sources/Shared/Settings/MasterKey.swift",  // swift-crypto opens and seals Data.
                "Sources/upload/Base64.swift",
            ],
            instead: "Glibc: Foundation costs every run of a cron program its start-up time"),
        Wall(
            ["FoundationNetworking", "FoundationXML", "Dispatch"], ownedBy: [],
            instead: "Providers for HTTP, Swift's own concurrency for threads"),
        Wall(
            ["XCTest"], ownedBy: [], instead: "Testing"),
    ]

    /// A stage never imports a stage. A program's module is imported by its own tests, by those of
    /// the whole pipeline, and by the fuzzer, which shares its process.
    private static let programs = [
        "IngestStage", "DispatchStage", "PollStage", "ReportStage", "AdminCommand",
        "SandboxProvider", "UploadDoor",
    ].map { module in
        Wall(
            [module],
            ownedBy: ["Tests/\(module)Tests", "Tests/PipelineTests"]
                + (["IngestStage", "UploadDoor"].contains(module) ? ["Tests/Fuzz"] : []),
            instead: "the ledger and the spool: programs meet there; what two need is in Shared")
    }
}

/// One import.
struct Import: Sendable {
    let line: Int
    let module: String

    /// The imports of a file.
    static func all(in parts: SwiftParts) -> [Import] {
        parts.code.lines.enumerated().compactMap { index, line in
            var words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"),
                words[..<keyword].allSatisfy({ isModifier($0) })
            else { return nil }
            words.removeSubrange(...keyword)
            // import class Foundation.Thread
            if words.count > 1 { words.removeFirst() }
            guard let module = words.first?.split(separator: ".").first else { return nil }
            return Import(line: index + 1, module: String(module))
        }
    }

    private static func isModifier(_ word: Substring) -> Bool {
        word.hasPrefix("@") || ["package", "internal", "private", "fileprivate"].contains(word)
    }
}
