import Glibc
import TestHouse
import TestSupport

/// The built `upload` of some works, on a free port, for as long as this object lives.
final class DoorProgram {
    private let program: RunningProgram
    /// Where it listens on 127.0.0.1; nil if it ended before it could.
    let port: Int?

    /// Starts it, and waits until it listens.
    ///
    /// - `isQuiet`: whether it says nothing of its calls.
    /// - `script`: the line of shell that runs the given command.
    init(
        _ works: Works, isQuiet: Bool = true, as script: (String) -> String = { "exec \($0)" }
    ) throws {
        let command = "upload --port 0\(isQuiet ? " --quiet" : "")"
        let program = try RunningProgram(works, command, as: script)
        var port: Int?
        let isSettled = eventually {
            port = Self.port(in: program.text)
            return port != nil || program.end() != nil
        }
        guard isSettled else { throw WorldFailure("upload neither listens nor ends") }
        self.program = program
        self.port = port
    }

    /// The port that `upload` named last.
    static func port(in text: String) -> Int? {
        text.matches(of: /upload listening on http:\/\/127\.0\.0\.1:([0-9]+)\n/).last
            .flatMap { Int($0.1) }
    }

    /// Stops it if it runs; returns its exit status, or 128 and the signal if it was killed.
    func end() -> Int32? {
        if program.end() == nil { kill(program.process, SIGTERM) }
        return program.waitForEnd()
    }

    var process: pid_t { program.process }

    /// Its exit status, or 128 and the signal if it was killed; nil while it runs.
    func ending() -> Int32? { program.end() }

    /// Waits until it ends by itself; nil if it does not.
    func waitForEnd() -> Int32? { program.waitForEnd() }

    /// All that it said.
    var text: String { program.text }
}

extension Blow {
    /// The command that runs `command` and strikes it, in the process that runs this: the tracer is
    /// another one. So a signal reaches the program, and its exit status is ours.
    func strikingInPlace(_ command: String) -> String {
        striking(command).replacing("exec strace ", with: "exec strace -D ")
    }
}

extension Works {
    /// Waits until no program of these works runs any more, those included that programs started.
    func waitForPrograms() throws {
        let pattern = try write(configuration, to: "pattern")
        // A process that ends gives up its locks a little later than its command line.
        let look = """
            ! grep -lsF -f '\(pattern)' /proc/[0-9]*/cmdline >/dev/null || exit 1
            for lock in '\(spool)'/lock/*.lock; do flock -n "$lock" true || exit 1; done
            """
        guard eventually({ shellRun(look).status == 0 }) else {
            throw WorldFailure("a program of \(path) does not end")
        }
    }

    /// A new key of a user.
    func issueKey(for user: String = "acme") throws -> String {
        let ending = run("admin key issue \(user)")
        guard ending.status == 0, ending.output.hasPrefix("smg_") else {
            throw WorldFailure("no key for \(user): \(ending.text)")
        }
        return ending.output
    }

    /// The settings of the door in all rigs: no limit is in the way of a crowd.
    ///
    /// - `settings`: more of `upload:`, as YAML between braces.
    /// - `waitSeconds`: how long a call waits for its receipt; so long that a client hears that it
    ///   was too long.
    static func door(_ settings: String, waitSeconds: Int = patience / 2) -> String {
        """
        upload: {calls_per_second_per_key: 100000, calls_per_second_without_key: 100000, \
        min_free_bytes: 0, wait_seconds: \(waitSeconds), linger_seconds: 1, \(settings)}
        """
    }
}
