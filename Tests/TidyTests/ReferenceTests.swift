import BatchFiles
import Ledger
import Testing

/// The reference lists what the code reads and writes.
@Suite struct ReferenceTests {
    @Test func `every setting is in the reference, and no other`() {
        // Sections and files that read the key they are given.
        var keys: Set<String> = ["reports", "providers", "catalogue"]
        for path in SourceTree.paths(below: "Sources/Shared/Settings") {
            let asked =
                /(?:required|optional|section|list|path|followed|cursor)\(\s*"([a-z_]+)"/
            for match in SourceTree.text(of: path).matches(of: asked) {
                keys.insert(String(match.1))
            }
        }
        #expect(keys.count > 60)
        let page = SourceTree.text(of: "docs/reference/settings.md")
        // The classes of errors are read by the names of their cases.
        let errors = cells(of: page.part(after: "\n### errors\n", before: "\n## "))
        let secrets = cells(of: page.part(after: "\n## Secrets\n", before: "\n## "))
        #expect(secrets.sorted() == ["env", "file", "sealed"])
        #expect(cells(of: page[...]).sorted() == keys.union(secrets).union(errors).sorted())
    }

    @Test(arguments: ReportQuery.summaries.map(\.name))
    func `every column of a report is in the reference, in its order`(name: String) throws {
        let query = try #require(ReportQuery.summaries.first { $0.name == name })
        let columns = query.columns.map(\.name).joined(separator: ",")
        let page = SourceTree.text(of: "docs/reference/csv.md")
        let section = page.part(after: "\n## \(name).csv\n", before: "\n## ")
        #expect(section.contains("\n`\(columns)`\n"))
        let names = Set(query.columns.map(\.name))
        #expect(cells(of: section).isSubset(of: names))
    }

    @Test func `every column of a statement is in the reference`() {
        let columns = ReportQuery.statements.columns.dropFirst().map(\.name).joined(separator: ",")
        #expect(SourceTree.text(of: "docs/reference/csv.md").contains("| \(columns) |"))
    }

    @Test func `every array of a file is in the reference`() {
        let page = SourceTree.text(of: "docs/reference/files.md")
        let arrays = cells(of: page.part(after: "\n## Desk files\n", before: "\n## "))
        #expect(arrays.sorted() == FileForm.desk.kinds.map(\.rawValue).sorted())
    }

    @Test func `every rig is explained, and no other`() {
        let rigs = SourceTree.files.filter { $0.isBelow(["Tests/FaultRigs"]) }.flatMap { file in
            SourceTree.text(of: file.path).matches(
                of: /static let \w+ = (?:Rig|kills)\(\s*(?:\.[a-z]+,\s*)?"([a-z-]+)"/
            ).map { String($0.1) }
        }
        #expect(rigs.count > 15)
        let page = SourceTree.text(of: "docs/proof.md")
        #expect(
            cells(of: page.part(after: "### The rigs\n", before: "\n### ")).sorted()
                == rigs.sorted())
    }

    /// What stands between backticks in the first column of every table of a text.
    private func cells(of text: Substring) -> Set<String> {
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
        return Set(
            rows.flatMap { row in
                (row.split(separator: "|").first ?? "").matches(of: /`([^`]+)`/).map {
                    String($0.1)
                }
            })
    }
}
