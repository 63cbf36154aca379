import Glibc
import TestSupport

/// A program that runs beside the test, for as long as this object lives.
package final class RunningProgram {
    package let process: pid_t
    private let folder = TemporaryFolder(inMemory: true)
    private var status: Int32?

    /// Starts a program of the works with its arguments: `ingest --linger 60`.
    ///
    /// `script`: the line of shell that runs the given command.
    package init(
        _ works: Works, _ command: String, as script: (String) -> String = { "exec \($0)" }
    ) throws {
        var words = command.split(separator: " ", maxSplits: 1).map(String.init)
        words[0] = "'\(builtProgram(words[0]))'"
        let line = "\(words.joined(separator: " ")) --config '\(works.configuration)'"
        let text = """
            exec </dev/null >'\(folder.path)/output' 2>'\(folder.path)/log'
            export SANDBOX_KEY=\(Works.key)
            \(script(line))
            """
        let shell: [String] = ["sh", "-c", text]
        var arguments = shell.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        guard posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0 else {
            throw WorldFailure("\(command) cannot be started")
        }
        self.process = process
    }

    deinit {
        if end() == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
    }

    /// Its exit status, or 128 and the signal if it was killed; nil while it runs.
    package func end() -> Int32? {
        if let status { return status }
        var ending: Int32 = 0
        guard waitpid(process, &ending, WNOHANG) == process else { return nil }
        let signal = ending & 0x7F
        status = signal == 0 ? ending >> 8 & 0xFF : 128 + signal
        return status
    }

    /// Waits for its end; nil if it hangs.
    package func waitForEnd() -> Int32? {
        _ = eventually { end() != nil }
        return status
    }

    /// All that it said.
    package var text: String {
        (content(at: "\(folder.path)/output") ?? "") + (content(at: "\(folder.path)/log") ?? "")
    }
}
