import ArgumentParser
import Glibc
import Run
import Settings

/// `admin recover --restored`.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Resume with a restored ledger, and send nothing twice.",
        discussion: """
            After a backup, or any older copy, was put in the place of the ledger, every program \
            ends with status 78 until this has run. No other program works meanwhile: an ingest \
            that lingers is asked to end, and whatever else runs is waited for.

            The ledger is proven first. Every order that it calls unsent or on its way is held in \
            doubt, since it may have been sent in the meantime: look at the provider's site, then \
            admin decide. The next ingest replays the files in the archive that the ledger does \
            not know, before all others and in their first order; their orders are held in doubt \
            too, and get new numbers. An order that may have gone to a backup provider is in doubt \
            at each candidate in turn. Lines of these files that are rejected now are in \
            exceptions.csv; the receipts from before are in quarantine. Orders that the ledger \
            calls placed are followed.

            May be run again if it was interrupted.
            """)

    @OptionGroup var options: StageOptions

    @Flag(
        help: "The ledger was restored from a backup. Required: there is nothing else to recover.")
    var restored = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Option(
        help: ArgumentHelp(
            "How long to wait for programs that are running.", valueName: "seconds"))
    var patience = 120

    func validate() throws {
        guard restored else { throw ValidationError("Say what happened: --restored.") }
        guard 0...3_600 ~= patience else {
            throw ValidationError("--patience takes 0 to 3600 seconds, not \(patience).")
        }
        guard yes || isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("Without a terminal to ask at, --yes is needed.")
        }
    }

    func run() async throws {
        try await options.run("recover") { context in
            guard yes || isConfirmed(context.settings.ledger) else {
                throw ValidationError("Nothing was done.")
            }
            return try await RecoverLedger(context, patience: patience).run()
        }
    }

    private func isConfirmed(_ ledger: String) -> Bool {
        Terminal.ask("Resume with \(ledger), as of an earlier moment than now? (yes/no) ") == "yes"
    }
}
