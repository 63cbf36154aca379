import Testing

@Suite struct ImportTests {
    @Test(arguments: Wall.all) func `only its owners import a module`(wall: Wall) {
        for file in SourceTree.files where !file.isBelow(wall.owners) {
            for found in file.imports where wall.modules.contains(found.module) {
                Issue.record(
                    "\(file.path):\(found.line): import \(found.module). Ask \(wall.instead).")
            }
        }
    }

    @Test(arguments: Wall.all.flatMap(\.owners).filter { $0.hasSuffix(".swift") })
    func `a file that may import what others may not does`(path: String) throws {
        let file = try #require(SourceTree.files.first { $0.path == path }, "\(path) is gone")
        let modules = Wall.all.filter { $0.owners.contains(path) }.flatMap(\.modules)
        let isNeeded = file.imports.contains { modules.contains($0.module) }
        #expect(isNeeded, "\(path) imports none of \(modules): take it out of Wall.all")
    }

    @Test func `shared modules import no program`() {
        let programs = SourceTree.targets.filter { target in
            target.folder.hasPrefix("Sources/") && !target.folder.hasPrefix("Sources/Shared/")
        }.map(\.name)
        #expect(programs.count >= 5)
        for file in SourceTree.files where file.isBelow(["Sources/Shared"]) {
            for found in file.imports where programs.contains(found.module) {
                Issue.record("\(file.path):\(found.line): Shared imports \(found.module).")
            }
        }
    }

    @Test(arguments: [
        ("import GRDB", "GRDB"), ("package import Money", "Money"),
        ("@testable import Run", "Run"), ("import class Foundation.Thread", "Foundation"),
    ])
    func `an import is recognized`(line: String, module: String) {
        let file = SourceFile(path: "Sources/x.swift", bytes: Array("\n\(line)\n".utf8))
        let imports = file.imports
        #expect(imports.map(\.module) == [module])
        #expect(imports.map(\.line) == [2])
    }
}
