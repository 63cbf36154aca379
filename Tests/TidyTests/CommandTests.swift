import TestSupport
import Testing

/// The reference lists the commands and options that the built programs have.
@Suite struct CommandTests {
    private static let page = SourceTree.text(of: "docs/reference/commands.md")
    /// The options of every program are in a table of their own.
    private static let shared: Set<String> = [
        "--config", "--verbose", "--quiet", "--log-format", "--json", "--version", "--help",
    ]
    private static let dropping: Set<String> = ["--by", "--why", "--reason", "--wait"]

    @Test(arguments: ["ingest", "dispatch", "poll", "report", "upload", "sandbox"])
    func `every option of a program is in the reference`(program: String) throws {
        let said = try Self.options(of: program)
        let explained = Self.options(in: Self.page.section("## \(program)"))
        let known = program == "sandbox" ? ["--help"] : Self.shared
        #expect(said.subtracting(known).sorted() == explained.subtracting(known).sorted())
    }

    @Test func `every word and option of admin is in the reference`() throws {
        var said: Set<String> = []
        for command in try Self.words(of: ["admin"]) {
            let line = Self.page.section("## admin").split(separator: "\n").filter {
                $0.hasPrefix("| `\(command.joined(separator: " "))")
            }.joined()
            #expect(!line.isEmpty, "\(command) is missing")
            let options = try Self.options(of: command[0], Array(command.dropFirst()))
            said.formUnion(options)
            let own = options.subtracting(Self.shared).subtracting(Self.dropping)
            #expect(own.sorted() == Self.options(in: line).sorted(), "\(command)")
        }
        #expect(Self.shared.union(Self.dropping).isSubset(of: said))
    }

    @Test func `every exit status is in the reference`() {
        let source = SourceTree.text(of: "Sources/Shared/Failures/ExitStatus.swift")
        for match in source.matches(of: /case [a-zA-Z]+ = ([0-9]+)/) {
            #expect(Self.page.section("## Exit statuses").contains("\n| \(match.1) |"))
        }
    }

    /// The commands that do something, each with its words.
    private static func words(of command: [String]) throws -> [[String]] {
        let help = try help(of: command[0], Array(command.dropFirst()))
        let subcommands = help.section("SUBCOMMANDS:").matches(of: #/\n  ([a-z]+) /#).map {
            String($0.1)
        }
        guard !subcommands.isEmpty else { return [command] }
        return try subcommands.flatMap { try words(of: command + [$0]) }
    }

    private static func options(of program: String, _ words: [String] = []) throws -> Set<String> {
        options(in: try help(of: program, words).section("OPTIONS:"))
    }

    /// The words of options in a text.
    private static func options(in text: some StringProtocol) -> Set<String> {
        Set(String(text).matches(of: /--[a-z][a-z-]*/).map { String($0.0) })
    }

    private static func help(of program: String, _ words: [String]) throws -> String {
        let command = ([builtProgram(program)] + words + ["--help"]).joined(separator: " ")
        let (status, output) = shellRun(command)
        try #require(status == 0, "\(command)")
        return output
    }
}

extension String {
    /// What follows a line until the next of its kind; empty if there is none.
    fileprivate func section(_ heading: String) -> String {
        let lines = split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: heading[...]) else { return "" }
        let isHeading: (Substring) -> Bool =
            heading.hasPrefix("#")
            ? { $0.hasPrefix("## ") }
            : { $0.hasSuffix(":") && $0.allSatisfy { $0.isUppercase || $0 == ":" } }
        return "\n" + lines[(start + 1)...].prefix { !isHeading($0) }.joined(separator: "\n")
    }
}
