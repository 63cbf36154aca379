import FaultRigs
import TestSupport
import Testing

/// Mutants are built and run by `make mutants`. Here: that none of them rots.
@Suite struct MutantTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let folder = "\(root)/Tests/Mutants"
    private static let mutants = names(in: folder).filter { $0.hasSuffix(".patch") }

    @Test func `every mutant still applies`() {
        #expect(Self.mutants.count >= 11)
        let check = shellRun("'\(Self.root)/scripts/mutants' --check 2>&1")
        #expect(check.status == 0, "\(check.output)")
    }

    @Test(arguments: mutants)
    func `a mutant says what it breaks, and which tests must fail`(_ mutant: String) throws {
        let text = try #require(content(at: "\(Self.folder)/\(mutant)"))
        #expect(text.contains(/^Breaks: .+\nHow: .+\n(Red: (rig [a-z-]+|test \w+\/\w+)\n)+\n/))
        for rig in text.matches(of: /\nRed: rig (.+)/) {
            #expect(Rig.all.map(\.name).contains(String(rig.1)))
        }
        for test in text.matches(of: /\nRed: test (.+)\/(.+)/) {
            let file = "\(Self.root)/Tests/\(test.1)Tests/\(test.2).swift"
            #expect(content(at: file) != nil, "there is no \(file)")
        }
    }
}
