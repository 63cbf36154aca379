import ArgumentParser
import Run

/// `admin status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what waits, is stuck, in doubt or paused, and the last runs.",
        discussion: """
            Looks only, and needs no lock. It shows what is open in the ledger; for what has \
            ended, use report. It does not audit the books; report audit does.

            For monitoring, it ends with 0 if all is well; with 1 if a person should look at \
            something (doubts, exceptions, paused providers, money that waits for a person); with \
            2 if something stands still: a program that has not run for ten minutes (report: two \
            hours) or ended badly, a full disk, a restored ledger, files or orders that wait too \
            long. The first lines say what, since when, and what to do. docs/operators.md has all \
            the rules.
            """)

    @OptionGroup var options: StageOptions

    func run() async throws {
        var status: Int32 = 0
        try await options.look("admin") { context in
            let found = try PipelineStatus(context)
            try Answer.give(options, found.text) { found.write(to: &$0) }
            status = found.exitStatus
        }
        if status != 0 { throw ExitCode(status) }
    }
}
