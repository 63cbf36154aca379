import ArgumentParser
import Run

/// `admin backup FILE`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the ledger into a file, proven and on disk before it gets its name.",
        discussion: """
            Run from cron, while everything runs. FILE must not exist. The accounts, if there are \
            any, are copied to FILE.accounts. Keep both with a copy of the spool's archive, on \
            another machine.

            To restore: stop all programs; put the backup in the place of the ledger, and remove \
            the files of the same name that end in -wal and -shm; then admin recover --restored. \
            Put the accounts back only if they are lost too: every key then waits for admin key \
            confirm.
            """)

    @OptionGroup var options: StageOptions

    @Argument(help: "The backup.")
    var file: String

    func run() async throws {
        try await options.run("backup") { context in
            try BackUpLedger(context, to: file).run()
        }
    }
}
