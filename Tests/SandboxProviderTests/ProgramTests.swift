import Glibc
import SandboxProvider
import Testing

@Suite struct ProgramTests {
    @Test func `the program says where it listens, and does`() async throws {
        let output = try Output(of: "echo $$; exec $sandbox --port 0 --dialect strings,names")
        let process = try #require(output.line().flatMap { Int32($0) })
        defer { kill(process, SIGTERM) }

        let line = try #require(output.line())
        #expect(line.hasPrefix("sandbox listening on http://127.0.0.1:"))
        #expect(line.hasSuffix("/api/v2"))
        let port = try #require(Int(line.split(separator: ":")[2].prefix { $0.isNumber }))
        let answer = await LoopbackClient(port: port).send(
            "POST", "/api/v2", "key=k&action=add&service=101&quantity=100&link=a")
        #expect(answer.body?.hasPrefix(#"{"order_id":""#) == true)
    }

    @Test func `the manual names every word and every dialect`() throws {
        let output = try Output(of: "$sandbox --help")
        let lines = Array(sequence(state: (), next: { _ in output.line() }))
        for word in Misbehaviour.all.map(\.word) + Habit.allCases.map(\.rawValue) {
            #expect(lines.contains { $0.hasPrefix("  \(word) ") })
        }
    }

    @Test func `an unknown option is reported before a missing key`() throws {
        let unknown = try Output(of: "unset SANDBOX_KEY; $sandbox --bogus 2>&1")
        #expect(unknown.line() == "Error: Unknown option '--bogus'")
        let keyless = try Output(of: "unset SANDBOX_KEY; $sandbox 2>&1; echo $?")
        #expect(keyless.line() == "Error: Give the key that clients must send in $SANDBOX_KEY.")
        #expect(Array(sequence(state: (), next: { _ in keyless.line() })).last == "64")
    }

    @Test(arguments: [
        ("--speed -1", "64"), ("--dialect klingon", "64"), ("--balance 1.2345678", "64"),
        ("--port 0 --host 192.0.2.1", "70"),
    ])
    func `a wrong command line ends with the status the manual states`(
        arguments: String, status: String
    ) throws {
        let output = try Output(of: "$sandbox \(arguments) 2>/dev/null; echo $?")
        #expect(output.line() == status)
    }
}

/// The lines that a shell prints which knows the built program as `$sandbox`.
private final class Output {
    private let pipe: UnsafeMutablePointer<FILE>

    init(of script: String) throws {
        // The program is built beside the tests.
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &path, path.count)
        let tests = Self.text(path.prefix(length))
        let program = tests.prefix(through: try #require(tests.lastIndex(of: "/"))) + "sandbox"
        pipe = try #require(popen("export SANDBOX_KEY=k; sandbox='\(program)'; \(script)", "r"))
    }

    deinit { pclose(pipe) }

    /// The next line without its end; nil after the last.
    func line() -> String? {
        var line = [CChar](repeating: 0, count: 1 << 12)
        guard fgets(&line, Int32(line.count), pipe) != nil else { return nil }
        return Self.text(line.prefix { $0 != CChar(bitPattern: UInt8(ascii: "\n")) })
    }

    private static func text(_ characters: ArraySlice<CChar>) -> String {
        String(decoding: characters.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
