// swift-tools-version: 6.2
import PackageDescription

// The target graph is the architecture: a stage that needs SQL, libcurl or HTTP serving must use
// the module that owns it, because nothing else compiles. ARCHITECTURE.md is the overview.

/// The settings of all our targets: Swift 6 checking, and warnings are errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")

/// Whether this build is for `scripts/fuzz`: then the programs are libraries of the one executable
/// that libFuzzer drives.
let isFuzzed = Context.environment["FUZZ"] != nil

/// A module below `Sources/Shared`.
func shared(_ name: String, folder: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Shared/\(folder ?? name)",
        swiftSettings: strict)
}

/// One program: its code, in the folder named after its product.
///
/// The target's name differs from the product's because a target named `dispatch` gets the entry
/// point `dispatch_main`, which is a function of libdispatch: its tests crash at start.
func program(_ name: String, folder: String, _ dependencies: [Target.Dependency]) -> Target {
    if isFuzzed {
        return .target(
            name: name, dependencies: dependencies, path: "Sources/\(folder)",
            exclude: ["\(folder.prefix(1).uppercased() + folder.dropFirst()).swift"],
            swiftSettings: strict)
    }
    return .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/\(folder)", swiftSettings: strict)
}

/// The tests of one module, in `Tests/<module>Tests`.
func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: strict)
}

/// What serves HTTP.
let server: [Target.Dependency] = [
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOTLS", package: "swift-nio"),
    .product(name: "UnixSignals", package: "swift-service-lifecycle"), httpTypes, nio,
]

/// What every stage stands on.
let stage: [Target.Dependency] = [
    "BatchFiles", "Failures", "Identity", "Ledger", "Money", "Run", "Settings", "Spool", "Stage",
    "StrictJSON", "Timestamps", "Trade", "Version", argumentParser, logging,
]

/// What the tests of a stage that talks to providers stand on.
let sending: [Target.Dependency] = [
    "BatchFiles", "Ledger", "LoopbackProvider", "Money", "Providers", "Run", "SandboxProvider",
    "Settings", "Spool", "TestHouse", "TestSupport", "Timestamps",
]

let package = Package(
    name: "smm-guru",
    products: [
        .executable(name: "ingest", targets: ["IngestStage"]),
        .executable(name: "dispatch", targets: ["DispatchStage"]),
        .executable(name: "poll", targets: ["PollStage"]),
        .executable(name: "report", targets: ["ReportStage"]),
        .executable(name: "admin", targets: ["AdminCommand"]),
        .executable(name: "upload", targets: ["UploadDoor"]),
        .executable(name: "sandbox", targets: ["SandboxProvider"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // The libraries of the system, as they are.
        .systemLibrary(
            name: "CYAML", path: "Sources/Shared/CYAML", pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]),
        .target(
            name: "CSQLite", path: "Sources/Shared/CSQLite",
            linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CSync", path: "Sources/Shared/CSync"),
        // Linked statically, so that programs run without it installed and start fast.
        .target(
            name: "CUnicode", path: "Sources/Shared/CUnicode",
            linkerSettings: [.linkedLibrary(":libutf8proc.a")]),
        .target(
            name: "CCurl", path: "Sources/Shared/CCurl", linkerSettings: [.linkedLibrary("curl")]),

        // Shared, from the ground up.
        shared("Identity", ["CUnicode"]),
        shared("Money", []),
        shared("Timestamps", []),
        shared("Failures", []),
        shared("Version", []),
        shared("Networks", []),
        shared("StrictJSON", folder: "JSON", []),
        shared("Trade", ["Money"]),
        shared("BatchFiles", ["Identity", "Money", "StrictJSON", "Timestamps", "Trade"]),
        shared(
            "Settings",
            ["BatchFiles", "CYAML", "Failures", "Identity", "Money", "Networks", "Trade", crypto]),
        shared("Spool", ["CSync", "Failures", "Timestamps", crypto]),
        shared("Tables", ["Failures"]),
        shared("SQLiteTables", ["CSQLite", "Tables", grdb, sqlite]),
        shared(
            "Ledger",
            ["BatchFiles", "Failures", "Identity", "Money", "Tables", "Timestamps", "Trade"]),
        shared("Receipting", ["BatchFiles", "Ledger", "Money", "StrictJSON"]),
        shared("Accounts", ["Failures", "Networks", "Tables", "Timestamps", crypto]),
        shared("Transport", ["CCurl", "Failures", "Timestamps", "Version"]),
        shared(
            "Providers",
            ["Failures", "Money", "Settings", "StrictJSON", "Timestamps", "Trade", "Transport"]),
        shared(
            "PanelAPI",
            ["BatchFiles", "Identity", "Ledger", "Money", "StrictJSON", "Trade"]),
        shared(
            "Run", ["Failures", "Settings", "StrictJSON", "Timestamps", argumentParser, logging]),

        shared(
            "Stage",
            [
                "Accounts", "Failures", "Ledger", "Run", "SQLiteTables", "Settings", "Spool",
                "Timestamps", logging,
            ]),

        shared(
            "Doors",
            [
                "BatchFiles", "Failures", "Ledger", "Money", "Receipting", "Run", "Settings",
                "Spool", "Stage", "StrictJSON", "Timestamps", logging,
            ]),

        shared("Serving", ["Failures", "Networks", logging] + server),

        // The programs. A stage never imports a stage.
        program("IngestStage", folder: "ingest", stage + ["Receipting"]),
        program("DispatchStage", folder: "dispatch", stage + ["Providers", "Transport"]),
        program("PollStage", folder: "poll", stage + ["Providers", "Transport"]),
        program("ReportStage", folder: "report", stage),
        program(
            "AdminCommand", folder: "admin",
            stage + ["Accounts", "Networks", "Providers", "Receipting", "Transport"]),
        program(
            "UploadDoor", folder: "upload",
            stage + ["Accounts", "Doors", "Networks", "PanelAPI", "Serving", httpTypes]),
        program(
            "SandboxProvider", folder: "sandbox",
            [
                "Money", "StrictJSON", "Timestamps", "Trade", argumentParser, hummingbird, logging,
                nio,
            ]),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "LoopbackProvider", path: "Tests/LoopbackProvider", swiftSettings: strict),
        .target(
            name: "TestHouse",
            dependencies: [
                "BatchFiles", "CSQLite", "Identity", "Ledger", "LoopbackProvider", "Money", "Run",
                "SQLiteTables", "Settings", "Stage", "StrictJSON", "TestSupport", "Timestamps",
                logging,
            ],
            path: "Tests/TestHouse", swiftSettings: strict),
        .target(
            name: "FaultRigs",
            dependencies: [
                "BatchFiles", "Ledger", "LoopbackProvider", "Money", "PanelAPI", "Providers", "Run",
                "SQLiteTables", "Serving", "Settings", "StrictJSON", "TestHouse", "TestSupport",
                "Timestamps", "Trade", "Transport", httpTypes, logging,
            ],
            path: "Tests/FaultRigs", swiftSettings: strict),
        tests(of: "FaultRigs", ["TestSupport"]),
        .executableTarget(
            name: "Faults", dependencies: ["FaultRigs"], path: "Tests/Faults",
            swiftSettings: strict),
        tests(
            of: "Ledger",
            [
                "BatchFiles", "Failures", "Money", "SQLiteTables", "Tables", "TestSupport",
                "Timestamps", grdb, sqlite,
            ]),
        tests(of: "SQLiteTables", ["Failures", "Tables", "TestSupport", grdb]),
        tests(of: "Spool", ["TestSupport", "Timestamps"]),
        tests(
            of: "Serving",
            ["Networks", "TestSupport", httpTypes, logging]),
        tests(of: "Identity", ["TestSupport"]),
        tests(of: "Money", ["TestSupport"]),
        tests(of: "Timestamps"),
        tests(of: "Trade"),
        tests(of: "Networks"),
        tests(
            of: "Accounts",
            ["Failures", "Networks", "SQLiteTables", "Tables", "TestSupport", "Timestamps"]),
        tests(of: "StrictJSON", ["TestSupport"]),
        tests(of: "BatchFiles", ["Money", "StrictJSON"]),
        tests(of: "Settings", ["BatchFiles", "Money", "Networks", "TestSupport", "Trade"]),
        tests(
            of: "Stage",
            [
                "Accounts", "Failures", "Ledger", "Run", "Settings", "Spool", "TestSupport",
                "Timestamps", logging,
            ]),
        tests(
            of: "Run",
            [
                "Failures", "Settings", "StrictJSON", "TestSupport", "Timestamps", argumentParser,
                logging,
            ]),
        tests(
            of: "Providers",
            ["LoopbackProvider", "Money", "TestSupport", "Timestamps", "Trade", "Transport"]),
        tests(
            of: "PanelAPI",
            [
                "BatchFiles", "Identity", "Ledger", "Money", "Providers", "SQLiteTables",
                "Settings", "StrictJSON", "TestHouse", "TestSupport", "Timestamps", "Trade",
                "Transport",
            ]),
        tests(
            of: "IngestStage",
            [
                "Failures", "Ledger", "Money", "Run", "Settings", "Spool", "Stage", "StrictJSON",
                "TestHouse", "TestSupport", "Timestamps", "Trade", logging,
            ]),
        tests(
            of: "Doors",
            ["BatchFiles", "Ledger", "Spool", "Stage", "TestHouse", "TestSupport", "Timestamps"]),
        tests(of: "DispatchStage", sending),
        tests(of: "PollStage", sending),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "BatchFiles", "DispatchStage", "IngestStage", "Ledger", "Money", "PollStage",
                "ReportStage", "LoopbackProvider", "SandboxProvider", "SQLiteTables", "Settings",
                "TestHouse", "TestSupport", "Timestamps",
            ], swiftSettings: strict),
        tests(
            of: "UploadDoor",
            [
                "Accounts", "BatchFiles", "Ledger", "LoopbackProvider", "Settings", "Stage",
                "StrictJSON",
                "TestHouse", "TestSupport",
            ]),
        tests(of: "SandboxProvider", ["Money", "StrictJSON", "Trade"]),
        tests(of: "ReportStage", stage + ["TestHouse", "TestSupport"]),
        tests(
            of: "AdminCommand",
            [
                "DispatchStage", "IngestStage", "LoopbackProvider", "PollStage", "ReportStage",
                "TestHouse", "TestSupport",
            ]),
        .testTarget(
            name: "TidyTests", dependencies: ["BatchFiles", "Ledger", "TestSupport"],
            swiftSettings: strict),
    ]
)

if isFuzzed {
    package.products = []
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "BatchFiles", "CFuzzer", "FaultRigs", "IngestStage", "Ledger", "Money", "Networks",
                "Receipting", "SQLiteTables", "Serving", "Settings", "Spool", "TestHouse",
                "TestSupport", "Timestamps", "Trade", "UploadDoor", httpTypes,
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer"], swiftSettings: strict,
            // Gold stumbles over the second `main`, which is libFuzzer's own.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    ]
}

// `TESTS=Spool,Ledger swift build --build-tests` builds the tests of these modules alone.
if let tests = Context.environment["TESTS"] {
    let wanted = tests.split(separator: ",").map { "\($0)Tests" }
    package.targets.removeAll { $0.type == .test && !wanted.contains($0.name) }
}
