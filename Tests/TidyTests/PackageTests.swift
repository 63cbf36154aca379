import Testing

@Suite struct PackageTests {
    /// Folders of code that SwiftPM does not build, and what does.
    private static let others = ["Tests/Mutants": "make mutants"]

    @Test func `every target has its folder, with code in it`() {
        #expect(SourceTree.targets.count >= 20)
        for target in SourceTree.targets {
            #expect(
                SourceTree.isFolder(target.folder) && !SourceTree.names(in: target.folder).isEmpty,
                "Package.swift lists \(target.name), but \(target.folder) is not there or empty.")
        }
    }

    @Test(arguments: ["Sources", "Sources/Shared", "Tests"])
    func `every folder of code is a target`(parent: String) {
        let known = Set(SourceTree.targets.map(\.folder)).union(Self.others.keys)
        for name in SourceTree.names(in: parent) where "\(parent)/\(name)" != "Sources/Shared" {
            let folder = "\(parent)/\(name)"
            #expect(known.contains(folder), "\(folder) is in no target of Package.swift: add it.")
        }
    }

    @Test(arguments: ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "Makefile"])
    func `what a stranger looks for is there`(name: String) {
        #expect(!SourceTree.bytes(of: name).isEmpty, "\(name) is missing.")
    }
}
