import Testing

/// Code, comments, messages, tests, scripts and documents refer only to what exists.
@Suite struct CitationTests {
    @Test func `every document and section that is cited exists`() {
        let citations = Citation.files.flatMap { Citation.all(in: $0) }
        #expect(citations.count > 100)
        for citation in citations {
            if let problem = citation.problem {
                Issue.record("\(citation.origin) cites \(citation): \(problem)")
            }
        }
    }

    @Test(arguments: [
        ("(design.md §4)", ["design.md §4"]),
        (
            "(provider-api.md §6 and §8)",
            [
                "provider-api.md §6", "provider-api.md §8",
            ]
        ),
        (
            "provider-api.md\n    /// §7, quirks 9 to 12 and 18 to 20)",
            [
                "provider-api.md §7", "provider-api.md §7, quirk 9", "provider-api.md §7, quirk 12",
                "provider-api.md §7, quirk 18", "provider-api.md §7, quirk 20",
            ]
        ),
        ("docs/operators.md has all", ["docs/operators.md"]), ("§5 alone", ["? §5"]),
        ("\"gone.md\"", ["gone.md"]),
    ])
    func `a citation is recognized`(text: String, citations: [String]) {
        #expect(Citation.all(inText: "x \(text)", of: "x.swift").map(\.description) == citations)
    }

    @Test func `every type, module and room that a document names exists`() {
        let known = Set(SourceTree.files.flatMap(\.types).map(\.name))
            .union(SourceTree.targets.map(\.name))
            .union(SourceTree.names(in: "Sources/Shared/Ledger"))
        for page in ["ARCHITECTURE.md", "docs/design.md", "docs/proof.md", "README.md"] {
            let named = SourceTree.text(of: page).matches(of: /`([A-Z][A-Za-z]*[a-z][A-Za-z]*)`/)
            for name in named.map({ String($0.1) }) where !known.contains(name) {
                // The only foreign type that is named.
                if name != "JSONDecoder" { Issue.record("\(page) names \(name)") }
            }
        }
    }

    @Test func `every module has a row in the design`() {
        let page = SourceTree.text(of: "docs/design.md")
        let section = page.part(after: "\n## 3. Modules\n", before: "\n## ")
        for target in SourceTree.targets where target.folder.hasPrefix("Sources/") {
            #expect(section.contains("`\(target.name)`"), "\(target.name) has no row")
        }
    }

    /// Documents name files by path, which a link check does not see.
    @Test func `every path that a document names exists`() {
        let roots = ["Sources/", "Tests/", "scripts/", "config/", "findings/", "Benchmarks/"]
        for page in SourceTree.documents where page.hasSuffix(".md") {
            for match in SourceTree.text(of: page).matches(of: /`([A-Za-z]+\/[^`\s]*)`/) {
                let path = String(match.1)
                guard roots.contains(where: path.hasPrefix), !path.contains(/[*<…]/) else {
                    continue
                }
                #expect(SourceTree.exists(path), "\(page) names \(path)")
            }
        }
    }
}

/// A document that something refers to, perhaps by section.
private struct Citation: CustomStringConvertible {
    /// The file that refers to it.
    let origin: String
    /// As it is written; `?` where a section stands alone.
    let document: String
    let section: String?
    let quirk: String?

    var description: String {
        document + (section.map { " §\($0)" } ?? "") + (quirk.map { ", quirk \($0)" } ?? "")
    }

    /// Where citations are looked for.
    static let files: [String] =
        SourceTree.files.map(\.path).filter { !$0.hasPrefix("Tests/TidyTests/") }
        + SourceTree.documents + SourceTree.paths(below: "Tests/Mutants")

    static func all(in path: String) -> [Citation] {
        all(inText: SourceTree.text(of: path), of: path)
    }

    static func all(inText text: String, of path: String) -> [Citation] {
        guard text.contains("§") || text.contains(".md") else { return [] }
        var citations: [Citation] = []
        // What the words that follow may still be about.
        var document: String?
        var section: String?
        var isAboutQuirks = false
        for word in words(of: text) {
            if word.hasSuffix(".md") {
                (document, section, isAboutQuirks) = (word, nil, false)
                citations.append(
                    Citation(origin: path, document: word, section: nil, quirk: nil))
            } else if word.hasPrefix("§") {
                let cited = document ?? (path.hasSuffix(".md") ? path : "?")
                section = String(word.dropFirst())
                if document != nil, citations.last?.section == nil {
                    citations.removeLast()
                }
                citations.append(
                    Citation(origin: path, document: cited, section: section, quirk: nil))
                (document, isAboutQuirks) = (cited, false)
            } else if word == "quirk" || word == "quirks" {
                isAboutQuirks = section != nil
            } else if isAboutQuirks, let document, Int(word) != nil {
                citations.append(
                    Citation(origin: path, document: document, section: section, quirk: word))
            } else if word != "and", word != "to" {
                (document, section, isAboutQuirks) = (nil, nil, false)
            }
        }
        return citations
    }

    /// The words of a text, without the punctuation between them and what makes them a comment.
    private static func words(of text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || "_./§-".contains($0)) }.compactMap { word in
            let isMarkup = word.allSatisfy { "./-".contains($0) }
            return isMarkup ? nil : String(word.hasSuffix(".") ? word.dropLast() : word)
        }
    }

    /// What is wrong with it.
    var problem: String? {
        guard document != "?" else { return "a section of which document?" }
        let folder = origin.split(separator: "/").dropLast().joined(separator: "/")
        let places = [folder, "", "docs", "docs/reference"].map {
            SourceTree.resolved($0.isEmpty ? document : "\($0)/\(document)")
        }
        guard let page = places.first(where: SourceTree.exists) else { return "there is none" }
        guard let section else { return nil }
        let lines = SourceTree.text(of: page).split(separator: "\n")
        guard let start = lines.firstIndex(where: { $0.hasPrefix("## \(section). ") }) else {
            return "it has no such section"
        }
        guard let quirk else { return nil }
        let body = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
        return body.contains { $0.hasPrefix("\(quirk). ") } ? nil : "it has no such quirk"
    }
}
