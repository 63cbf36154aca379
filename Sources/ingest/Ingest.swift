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

            With --linger it goes on: it takes files as they come, and starts dispatch for their \
            orders, until nothing came for that many seconds. It ends after ten minutes at the \
            latest, on SIGTERM, and when admin recover needs its lock; let cron or a service start \
            it again.

            A bad file never stops another. A bad line never stops its file, unless the file says \
            all_or_nothing.

            Exit status: 0 done, also when files or lines were rejected; 70 stopped by something \
            unexpected; 74 input or output failed, nothing is lost, run again when mended; 75 \
            another run holds the lock; 78 bad configuration, nothing was touched.
            """,
        version: ProgramVersion.text)

    @OptionGroup var options: StageOptions

    @Option(
        help: ArgumentHelp(
            "Go on until nothing came for so long.", valueName: "seconds"))
    var linger: Int?

    @Flag(help: "Do not start dispatch: cron alone does.")
    var noDispatch = false

    func validate() throws {
        let longest = LingerPlan.longest.components.seconds
        if let linger, !(0...longest ~= Int64(linger)) {
            throw ValidationError(
                "--linger takes 0 to \(longest) seconds, when a run ends anyway; not \(linger).")
        }
        if noDispatch, linger == nil {
            throw ValidationError("--no-dispatch belongs to --linger.")
        }
    }

    func run() async throws {
        try await options.run("ingest") { context in
            guard let linger else {
                var taking = try TakeFiles(context)
                return try taking.run()
            }
            var lingering = try Linger(
                context, quietSeconds: linger,
                dispatchingWith: noDispatch ? nil : options.ofQuietChild)
            return try lingering.run()
        }
    }
}
