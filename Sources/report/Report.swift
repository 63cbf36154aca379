import ArgumentParser
import Run
import Version

@main
struct Report: Program {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the operator's CSV files, and each reseller's statements and price list.",
        discussion: """
            Run from cron. Without a word it writes what is due: summaries and statements. With a \
            word it does that alone, now.

            summaries: the operator's CSV files, as of one moment, in reports/<yyyy-mm-dd>/, and \
            reports/latest pointing there. A file is replaced whole: a reader sees the old one or \
            the new one.

            statements: statement-<yyyy-mm>.csv of this month and the last, and the price list \
            services.json and services.csv, in each reseller's outbox, if they have changed.

            notify: sends nothing yet; says so and ends.

            audit: proves the books by their invariants, and prints what breaks them. It needs no \
            lock and changes nothing but its own result, which admin status shows. If there is no \
            ledger, it says so and makes none (78). With --journal FILE it also writes every \
            transaction and the balance of every wallet for hledger to check: \
            hledger --strict check -f FILE.

            Days are UTC. In summaries, profit = charged - refunded - cost, by day with fees on \
            top; an order counts for the day it was taken on. With --since or --until, every file \
            is about that period: users.csv has the sums of the period and the balances at its \
            end, and the files about the present (services, providers, in-doubt, stuck, prices) \
            are left out. A text that a spreadsheet would take for a formula is prefixed with '.

            Exit status: 0 done; 65 the audit found the books wrong; 70 stopped by something \
            unexpected; 74 input or output failed, nothing is lost, run again when mended; \
            75 another run holds the lock; 78 bad configuration, nothing was touched.
            """,
        version: ProgramVersion.text)

    @OptionGroup var options: StageOptions

    @OptionGroup var selection: Selection

    @Argument(help: "What to do now: summaries, statements, notify or audit.")
    var word: Word?

    func validate() throws {
        try selection.validate(with: word)
    }

    /// An audit only looks; a journal is a file, and may be written by one run at a time.
    private var locks: Bool { word != .audit || selection.journal != nil }

    func run() async throws {
        try await options.run("report", lock: locks) { context in
            switch word {
            case nil:
                try MakeReports(context)
                    .runAll(auditing: AuditBooks(context, inJSON: options.json, quietly: true))
            case .summaries:
                try MakeReports(context, period: selection.period, directory: selection.to)
                    .run([.summaries])
            case .statements: try MakeReports(context).run([.statements])
            case .notify: notify(context)
            case .audit:
                try AuditBooks(
                    context, inJSON: options.json, quietly: options.quiet,
                    journal: selection.journal
                ).run()
            }
        }
    }
}
