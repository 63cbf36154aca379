import ArgumentParser
import Run
import Settings
import Version

@main
struct Dispatch: Program {
    static let configuration = CommandConfiguration(
        commandName: "dispatch",
        abstract: "Send due orders to the providers.",
        discussion: """
            Run from cron. Commits the intent to send, sends each order once, and commits the \
            answer. An order that may have reached its provider without an answer is held in \
            doubt: it is never sent again and never refunded until a desk file decides it. Orders \
            that cannot be sent now wait for a later run. If a provider refuses an order for good, \
            or is paused, the order goes to the backups that its service has in catalogue.yaml. An \
            order that would cost more than it brings is held. After the orders, passes on the \
            refills and cancels that resellers ask for; a refill is never asked for twice.

            Exit status: 0 done, also when orders were refused; 64 wrong usage; 70 stopped by \
            something unexpected; 74 input or output failed, nothing is lost, run again when \
            mended; 75 another run holds the lock; 78 bad configuration, nothing was touched.
            """,
        version: ProgramVersion.text)

    @OptionGroup var options: StageOptions

    @Option(help: ArgumentHelp("Send to this provider only.", valueName: "name"))
    var provider: String?

    @Option(help: ArgumentHelp("Send at most this many orders.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more.") }
    }

    func run() async throws {
        try await options.run("dispatch") { context in
            let names = context.settings.providers.map(\.name)
            if let provider, !names.contains(provider) {
                throw ValidationError(
                    "--provider must be one of \(names.joined(separator: ", ")).")
            }
            var sending = try SendDueOrders(context, only: provider, limit: limit ?? .max)
            return try sending.run()
        }
    }
}
