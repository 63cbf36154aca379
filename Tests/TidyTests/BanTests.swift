import Testing

@Suite struct BanTests {
    @Test(arguments: Ban.all) func `what is banned is not in the code`(ban: Ban) {
        for file in SourceTree.files {
            for line in ban.lines(in: file) {
                Issue.record("\(file.path):\(line): \(ban.testDescription). Write: \(ban.instead)")
            }
        }
    }

    @Test(arguments: Ban.all) func `a ban finds what breaks it`(ban: Ban) {
        let file = SourceFile(
            path: "\(ban.places[0])/Example.swift", bytes: Array("\n\(ban.example)\n".utf8))
        #expect(ban.lines(in: file) == [2])
    }

    @Test(arguments: Ban.all.flatMap(\.exceptions))
    func `an exception is still needed`(path: String) throws {
        let file = try #require(SourceTree.files.first { $0.path == path }, "\(path) is gone")
        let bans = Ban.all.filter { $0.exceptions.contains(path) }
        let isNeeded = bans.allSatisfy { !$0.found(in: file).isEmpty }
        #expect(isNeeded, "\(path) no longer needs its exception: take it out of Ban.all")
    }
}
