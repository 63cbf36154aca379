import Glibc
import TestHouse
import TestSupport
import Testing

@testable import ReportStage

@Suite struct ProgramTests {
    @Test(arguments: [
        "$report --config $config", "$report summaries --config $config",
        "$report --config $config summaries --since 2026-11-01 --until 2026-11-01 --to $folder/x",
        "$report statements --config $config", "$report --config $config notify",
        "$report audit --config $config", "$report --config $config audit --json",
        "$report audit --config $config --journal $folder/books.journal",
    ])
    func `every command is understood, wherever the options stand`(command: String) throws {
        #expect(try Shell(house: .withBook()).status(of: "\(command) 2>/dev/null") == "0")
    }

    @Test(arguments: [
        "$report bills", "$report summaries --since 2026-02-30 --to x",
        "$report audit --to x", "$report --since 2026-11-01", "$report summaries --journal x",
        "$report summaries --since 2026-11-01",
        "$report summaries --since 2026-11-02 --until 2026-11-01 --to x",
    ])
    func `wrong usage ends with 64 and touches nothing`(command: String) throws {
        let house = try House.unused()
        #expect(
            try Shell(house: house).status(of: "\(command) --config $config 2>/dev/null") == "64")
        #expect(names(in: house.reports).isEmpty)
    }

    @Test func `right books are reported in one line, and with --quiet not at all`() throws {
        let shell = try Shell(house: .withBook())
        #expect(
            try shell.lines(of: "$report audit --config $config 2>/dev/null")
                == ["the books are right: 13 invariants hold"])
        #expect(try shell.lines(of: "$report audit --quiet --config $config 2>&1") == [])
        #expect(
            try shell.lines(of: "$report audit --json --config $config 2>/dev/null")
                == [#"{"invariants":13,"broken":0}"#])
    }

    @Test func `wrong books are shown row by row and end with 65`() throws {
        let house = try House.withBook()
        try house.alter(
            """
            UPDATE wallets SET balance = balance + 1
            WHERE user_id = \'acme\' AND name = \'available\'
            """)
        let shell = Shell(house: house)
        let printed = try shell.lines(of: "$report audit --config $config 2>/dev/null; echo $?")
        #expect(
            printed == [
                "invariant 1 is broken once: the balances of each currency sum to zero",
                "  currency=\"USD\" total=1",
                "invariant 2 is broken once: a wallet's balance is the sum of its transactions",
                "  wallet=6 user=\"acme\" name=\"available\" balance=95812501 "
                    + "transactions=95812500",
                "65",
            ])
        let json = try shell.lines(of: "$report audit --json --config $config 2>/dev/null; echo $?")
        #expect(
            json.first?.hasPrefix(#"{"invariants":13,"broken":2,"findings":[{"invariant":1,"#)
                == true)
        #expect(json.last == "65")
    }

    @Test func `only an audit needs no lock`() throws {
        let house = try House.withBook()
        let shell = Shell(house: house)
        try house.report([.summaries])
        let lock = open("\(house.spool)/lock/report.lock", O_RDWR | O_CREAT, 0o600)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        #expect(try shell.status(of: "$report audit --quiet --config $config 2>/dev/null") == "0")
        #expect(try shell.status(of: "$report --config $config 2>/dev/null") == "75")
        let journal = "$report audit --journal $folder/j --config $config 2>/dev/null"
        #expect(try shell.status(of: journal) == "75", "a journal is written by one run at a time")
    }

    @Test func `a directory that cannot be created ends with 74`() throws {
        let house = try House.withBook()
        house.folder.write("a file", to: "reports")
        #expect(try Shell(house: house).status(of: "$report --config $config 2>/dev/null") == "74")
    }
}

/// A shell that knows the built program as `$report`, and a book as `$config` and `$folder`.
private struct Shell {
    let house: House

    func status(of command: String) throws -> String? {
        try lines(of: "\(command); echo $?").last
    }

    func lines(of script: String) throws -> [String] {
        let variables = """
            report='\(try Self.program())'; folder='\(house.folder.path)'; \
            config='\(house.folder.path)/pipeline.yaml';
            """
        let pipe = try #require(popen("\(variables) \(script)", "r"))
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var byte = fgetc(pipe)
        while byte != EOF {
            bytes.append(UInt8(byte))
            byte = fgetc(pipe)
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The program, which is built beside the tests.
    private static func program() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let tests = String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return tests.prefix(through: try #require(tests.lastIndex(of: "/"))) + "report"
    }
}
