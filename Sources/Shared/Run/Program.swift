import ArgumentParser
import Failures
import Glibc

/// A program of the pipeline. If its command line is wrong, it says that nothing was run.
package protocol Program: AsyncParsableCommand {}

extension Program {
    /// Parses the command line and runs the command that it selects.
    package static func main() async {
        do {
            let command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = command
                try command.run()
            }
        } catch {
            guard exitCode(for: error).rawValue == ExitStatus.wrongUsage.rawValue else {
                exit(withError: error)
            }
            var text = wrongUsage(fullMessage(for: error)) + "\n"
            _ = text.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            Glibc.exit(ExitStatus.wrongUsage.rawValue)
        }
    }

    /// Adds that nothing was run to the parser's message, whose first line is the fault and whose
    /// other lines are usage and advice.
    static func wrongUsage(_ message: String) -> String {
        var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        if !lines[0].contains(/[Nn]othing was/) {
            lines[0] += "\(lines[0].hasSuffix(".") ? "" : ".") Nothing was run."
        }
        return lines.joined(separator: "\n")
    }
}
