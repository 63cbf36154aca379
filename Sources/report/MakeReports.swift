import Ledger
import Run
import SQLiteTables
import Settings
import Spool
import Timestamps

/// Tells people what is in the books.
///
/// 1. Begin one read transaction: all that is told is of one moment, and agrees with each other.
/// 2. Summaries: write each file beside its place and sync it; then rename them all into their places,
///    sync the directory, and turn `latest` to it.
/// 3. Statements: for each user, write what has changed of his statements and his price list, sync it,
///    and rename it into his outbox: those of this month, of the last, and of those about which the
///    clock jumped. An outbox that cannot be used stops nobody else's. Where no
///    money has moved since they were written, the statements are left as they are.
///
/// Nothing is written to the ledger and every file appears by a rename, so a run that dies leaves
/// each file as it was or as it is to be; the next run makes them all again.
struct MakeReports {
    private let context: RunContext
    private let period: Range<Timestamp>
    private let directory: String?
    private let spool: Spool
    private let ledger: Ledger

    enum Part {
        case summaries, statements
    }

    /// - Parameters:
    ///   - period: what happened in it is told by the summaries.
    ///   - directory: where the summaries go; nil: to their usual place.
    /// - Throws: `SystemError`, `LedgerError`, `StoreError`.
    init(
        _ context: RunContext, period: Range<Timestamp> = Timestamp.always, directory: String? = nil
    ) throws {
        self.context = context
        self.period = period
        self.directory = directory
        spool = try Spool.open(at: context.settings.spool, program: context.program)
        ledger = try Ledger.open(
            in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
            lastSeenIn: spool.generationFile)
        // What is sold depends on who can serve it.
        let settings = context.settings
        try ledger.providers(
            configured: settings.providers.map {
                ConfiguredProvider(
                    name: $0.name, currency: $0.currency, isEnabled: $0.isEnabled,
                    rule: $0.chargeRule, exchangeRate: $0.exchangeRate)
            })
    }

    func run(_ parts: Set<Part>) throws -> Summary {
        let now = context.clock.now()
        var summaries = Summaries(context, period: period, directory: directory)
        var outboxes = try Outboxes(context, spool)
        try ledger.reports(at: now) { reports in
            if parts.contains(.summaries) { try summaries.write(reports, at: now) }
            if parts.contains(.statements) {
                try outboxes.writePriceLists(reports)
                try writeStatements(reports, at: now, to: &outboxes)
            }
        }
        return Summary(
            "reported",
            [
                "files": .integer(summaries.files), "rows": .integer(summaries.rows),
                "outbox_files": .integer(outboxes.files),
                "unusable_outboxes": .integer(outboxes.unusable.count),
            ])
    }

    private func writeStatements(
        _ reports: Reports, at now: Timestamp, to outboxes: inout Outboxes
    ) throws {
        let month = Month(of: now)
        // What was written while the clock was wrong is in months of its own.
        let others = try reports.momentsOfJumps().map(Month.init(of:))
        let months = Set([month.previous, month] + others).sorted { $0.start < $1.start }
        var told = ToldStatements(
            edition: "\(try reports.edition()) \(months.map(\.name).joined(separator: " "))")
        if told.areThere(in: spool) { return }
        for month in months { try outboxes.writeStatements(of: month, reports) }
        // Who could not be written to is to be tried again.
        guard outboxes.unusable.isEmpty else { return }
        for path in outboxes.statements { told.note(path) }
        try told.keep(in: spool)
    }
}
