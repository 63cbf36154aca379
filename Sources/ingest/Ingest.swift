import ArgumentParser
import Run
import Version

@main
struct Ingest: Program {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Take batch files and desk files into the ledger.",
        discussion: """
            Run from cron. Takes every file that has been still for settle_seconds out of the \
            inboxes: the desk's first, then the resellers' in fair turns. Each file takes effect \
            exactly once, even if the machine dies: its lines are checked, priced and charged in \
            one commit. Then its receipt appears in the outbox beside its inbox, and its bytes go \
            to the archive, or to quarantine if they could not be read.

            A bad file never stops another. A bad line never stops its file, unless the file says \
            all_or_nothing.

            Exit status: 0 done, also when files or lines were rejected; 70 stopped by something \
            unexpected; 74 input or output failed, nothing is lost, run again when mended; 75 \
            another run holds the lock; 78 bad configuration, nothing was touched.
            """,
        version: ProgramVersion.text)

    @OptionGroup var options: StageOptions

    func run() async throws {
        try await options.run("ingest") { context in
            var taking = try TakeFiles(context)
            return try taking.run()
        }
    }
}
