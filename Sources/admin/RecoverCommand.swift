import ArgumentParser
import Glibc
import Run
import Settings

/// `admin recover --restored`.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Go on with a restored ledger, and send nothing twice.",
        discussion: """
            After a backup, or any older copy, was put in the place of the ledger, every program ends \
            with status 78 until this was run. No program must be running.

            The ledger is proven first. Every order that it calls unsent or on its way is held in doubt, \
            since it may have been sent since: look at the provider's, then admin decide. Files in the \
            archive that it does not know are taken again by the next ingest, before all others and in the \
            order in which they were taken; their orders are held in doubt too, and get new numbers. An \
            order that may have gone to a backup is in doubt at one place after the other. What is rejected \
            of these files is in exceptions.csv; their receipts of then are in quarantine. Orders that the \
            ledger calls placed are followed as ever.

            May be run again if it was interrupted.
            """)

    @OptionGroup var options: StageOptions

    @Flag(
        help: "The ledger was restored from a backup. Required: there is nothing else to recover.")
    var restored = false

    @Flag(help: "Do not ask.")
    var yes = false

    func validate() throws {
        guard restored else { throw ValidationError("Say what happened: --restored.") }
        guard yes || isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("Without a terminal to ask at, --yes is needed.")
        }
    }

    func run() async throws {
        try await options.run("recover") { context in
            guard yes || isConfirmed(context.settings.ledger) else {
                throw ValidationError("Nothing was done.")
            }
            return try await RecoverLedger(context).run()
        }
    }

    private func isConfirmed(_ ledger: String) -> Bool {
        Terminal.ask("Go on with \(ledger), as of an earlier moment than now? (yes/no) ") == "yes"
    }
}
