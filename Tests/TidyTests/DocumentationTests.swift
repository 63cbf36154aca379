import Ledger
import Testing

/// The documentation lists what the code has.
@Suite struct DocumentationTests {
    @Test func `operators read about every kind of exception what the code says of it`() {
        let rows = SourceTree.rows(of: "docs/operators.md", below: "## Read an exception")
        let kinds = ExceptionKind.allCases.sorted { $0.rawValue < $1.rawValue }
        #expect(rows.map { $0.first } == kinds.map(\.rawValue))
        for (row, kind) in zip(rows, kinds) {
            #expect(row.dropFirst() == [kind.meaning, kind.remedy], "\(kind.rawValue)")
        }
    }

    @Test func `every exception of a migration is of a known kind`() {
        let kinds = SourceTree.sources.filter { $0.contains("struct IdentityMigration") }
            .flatMap { $0.matches(of: /report\(\s*"([a-z_]+)"/).map { String($0.1) } }
        #expect(kinds.count > 5)
        for kind in kinds { #expect(ExceptionKind(rawValue: kind) != nil, "\(kind)") }
    }

    @Test func `every code of a receipt is explained to resellers, and no other`() {
        let source = SourceTree.text(of: "Sources/Shared/BatchFiles/Rejection.swift")
        let codes = source.matches(of: /case [a-zA-Z]+ = "([A-Z_]+)"/).map { String($0.1) }
        #expect(codes.count >= 27)
        let explained = SourceTree.firstCells(of: "docs/resellers.md", below: "### All codes")
        #expect(explained.sorted() == codes.sorted())
    }

    @Test func `every file of the operator is explained, and no other`() {
        let names = SourceTree.sources.flatMap { file in
            file.matches(of: /(?:ReportQuery|breakdown)\(\s*"([a-z-]+)"/).map { "\($0.1).csv" }
        }.filter { $0 != "statement.csv" && $0 != "movements.csv" && $0 != "wallets.csv" }
        #expect(names.count > 15)
        let explained = SourceTree.firstCells(of: "docs/operators.md", below: "## Read the reports")
        #expect(explained.sorted() == names.sorted())
    }

    @Test(arguments: SourceTree.documents.filter { $0.hasSuffix(".md") })
    func `every link within the documentation leads to a heading`(page: String) {
        let folder = page.split(separator: "/").dropLast().map { "\($0)/" }.joined()
        for match in SourceTree.text(of: page).matches(of: /\]\(([^)#:\s]*)(?:#([^)\s]+))?\)/) {
            let target = match.1.isEmpty ? page : SourceTree.resolved("\(folder)\(match.1)")
            let text = SourceTree.text(of: target)
            #expect(!text.isEmpty || SourceTree.isFolder(target), "\(page) links to \(target)")
            guard let anchor = match.2 else { continue }
            #expect(
                Self.anchors(of: text).contains(String(anchor)),
                "\(page) links to \(target)#\(anchor)")
        }
    }

    /// The headings' names in a link, as GitHub makes them.
    private static func anchors(of text: String) -> Set<String> {
        Set(
            text.matches(of: /(?m)^#+ (.+)$/).map { match in
                String(
                    match.1.lowercased().replacing(" ", with: "-").filter {
                        $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_"
                    })
            })
    }
}

extension SourceTree {
    /// The texts of all files below `Sources`.
    fileprivate static let sources = files.filter { $0.isBelow(["Sources"]) }.map {
        text(of: $0.path)
    }

    /// The cells of the first table below a heading, without what marks code and links.
    fileprivate static func rows(of page: String, below heading: String) -> [[String]] {
        table(of: page, below: heading).dropFirst(2).map { line in
            line.dropFirst().dropLast().split(separator: "|").map { cell in
                cell.replacing("`", with: "").replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }
                    .trimmingBlanks
            }
        }
    }

    /// What stands between backticks in the first column of the first table below a heading.
    fileprivate static func firstCells(of page: String, below heading: String) -> [String] {
        table(of: page, below: heading).flatMap { line in
            (line.split(separator: "|").first ?? "").matches(of: /`([^`]+)`/).map {
                String($0.1)
            }
        }
    }

    /// The lines of the first table below a heading.
    private static func table(of page: String, below heading: String) -> [Substring] {
        let lines = text(of: page).split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: heading[...]) else { return [] }
        return Array(
            lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") })
    }
}

extension Substring {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
