import ArgumentParser
import Run

/// `admin status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what waits, what is stuck, in doubt or paused, and the last runs.",
        discussion: """
            Looks only, and needs no lock. What is open in the ledger is shown, not what has ended: that \
            is report's. The books are not audited here: report audit does that.
            """)

    @OptionGroup var options: StageOptions

    func run() async throws {
        try await options.look("admin") { context in
            let status = try PipelineStatus(context)
            try Answer.give(options, status.text) { status.write(to: &$0) }
        }
    }
}
