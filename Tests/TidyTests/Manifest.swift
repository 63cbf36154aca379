/// A target as Package.swift lists it.
struct ListedTarget: Sendable {
    let name: String
    /// Where its files must be, relative to the package's folder.
    let folder: String
}

extension SourceTree {
    /// The targets of Package.swift, found by the functions that list them there.
    static let targets: [ListedTarget] = {
        let manifest = String(decoding: bytes(of: "Package.swift"), as: UTF8.self)
        // The functions that make targets are declared above it.
        let calls = manifest.split(separator: "let package = Package(").last ?? ""
        var targets: [ListedTarget] = []
        func add(_ name: Substring, _ folder: String) {
            targets.append(ListedTarget(name: String(name), folder: folder))
        }
        for call in calls.matches(of: /shared\(\s*"(\w+)"(?:, folder: "(\w+)")?/) {
            add(call.1, "Sources/Shared/\(call.2 ?? call.1)")
        }
        for call in calls.matches(of: /program\(\s*"(\w+)", folder: "(\w+)"/) {
            add(call.1, "Sources/\(call.2)")
        }
        for call in calls.matches(of: /tests\(\s*of: "(\w+)"/) {
            add(call.1 + "Tests", "Tests/\(call.1)Tests")
        }
        for call in calls.matches(of: /testTarget\(\s*name: "(\w+)"/) {
            add(call.1, "Tests/\(call.1)")
        }
        for call in calls.matches(of: /name: "(\w+)",[^()]*?path: "([^"]+)"/) {
            add(call.1, String(call.2))
        }
        return targets
    }()
}
