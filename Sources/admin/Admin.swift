import ArgumentParser
import Run
import Version

@main
struct Admin: Program {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "The operator's hands: look, decide, keep safe.",
        discussion: """
            A command that changes money or users drops a file into the desk's inbox. It takes \
            effect, and gets its receipt, when ingest runs next, or at once with --wait. The other \
            commands only look, except key, which takes effect at once, backup, which writes its \
            files, provider resume, and recover, which prepares a restored ledger.

            Exit status: 0 done; 1 and 2 by status and by --wait, see their help; 64 wrong usage; \
            65 the ledger is not sound; 70 stopped by something unexpected; 74 input or output \
            failed, or a provider did not answer; 75 another run holds a lock; 78 bad \
            configuration, or an older ledger than the programs worked with last.
            """,
        version: ProgramVersion.text,
        subcommands: [
            StatusCommand.self, OrderCommand.self, UserCommand.self, DepositCommand.self,
            WithdrawalCommand.self, DecideCommand.self, ReleaseCommand.self, ProviderCommand.self,
            KeyCommand.self, BackupCommand.self, RecoverCommand.self,
        ])
}
