import Glibc
import TestSupport

extension Works {
    /// How a program ended.
    package struct Ending: Sendable {
        /// Its exit status; 128 and the signal if it was killed.
        package let status: Int32
        /// Its standard output, without the last line break.
        package let output: String
        /// Its standard error.
        package let log: String

        /// All that it said.
        package var text: String { output + log }
        package var isKilled: Bool { status == 128 + SIGKILL }
    }

    /// Runs a program with its arguments: `admin status --json`.
    ///
    /// - `input`: its standard input.
    /// - `before`: what the shell does first.
    /// - `script`: the line of shell that runs the given command.
    @discardableResult
    package func run(
        _ command: String, input: String = "", before: String = ":",
        as script: (String) -> String = { "exec \($0)" }
    ) -> Ending {
        var words = command.split(separator: " ", maxSplits: 1).map(String.init)
        words[0] = "'\(builtProgram(words[0]))'"
        let line = "\(words.joined(separator: " ")) --config '\(configuration)'"
        let desk = TemporaryFolder(inMemory: true)
        let log = "\(desk.path)/log"
        let run = shellRun(
            """
            exec <'\(desk.write(input, to: "input"))' 2>'\(log)'
            export SANDBOX_KEY=\(Self.key) SUDO_USER=anna
            \(before)
            \(script(line))
            """)
        let output = run.output.hasSuffix("\n") ? String(run.output.dropLast()) : run.output
        defer { withExtendedLifetime(desk) {} }
        return Ending(status: run.status, output: output, log: content(at: log) ?? "")
    }

    /// Runs a program with its arguments under another one: quietly, so that a run that is watched
    /// makes the same system calls as one that is struck.
    package func run(_ command: String, under other: String) -> Ending {
        run("\(command) --quiet") { "\(other) \($0)" }
    }

    /// Runs programs one after the other.
    ///
    /// - Throws: `WorldFailure` if one of them does not end well.
    package func done(_ commands: String...) throws {
        for command in commands {
            let ending = run(command)
            guard ending.status == 0 else {
                throw WorldFailure("\(command) ended with \(ending.status): \(ending.text)")
            }
        }
    }
}
