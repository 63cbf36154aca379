import Ledger
import Run
import Settings
import Spool
import Stage
import Timestamps

/// Publishes the books: summaries for the operator, statements and price lists for resellers.
///
/// 1. Begin one read transaction: all files are from one moment, and agree with each other.
/// 2. Summaries: write each file beside its place and sync it; then rename them all into their
///    places, sync the directory, and point `latest` to it.
/// 3. Statements: for each user, write the statements and the price list that have changed, sync
///    them, and rename them into the user's outbox. The months are this one, the last one, and
///    those in which the clock jumped. One unusable outbox does not stop the others. If no money
///    has moved since the statements were written, they are left as they are.
///
/// An audit that a desk asked for comes last (`tasks`); it is forgotten once it was made.
///
/// Only reads the ledger's books, and every file appears by a rename, so a run that dies leaves
/// each file old or new, never half. The next run makes them all again.
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
    ///   - context: the context of the run.
    ///   - period: the period that the summaries cover.
    ///   - directory: where the summaries go; nil for their usual place.
    /// - Throws: `SystemError`, `LedgerError`, `StoreError`.
    init(
        _ context: RunContext, period: Range<Timestamp> = Timestamp.always, directory: String? = nil
    ) throws {
        self.context = context
        self.period = period
        self.directory = directory
        let stage = try Stage.open(context)
        spool = stage.spool
        ledger = stage.ledger
        try stage.providers()
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

    /// Makes all reports, and then proves the books if a desk asked for it.
    ///
    /// - Parameter audit: the audit.
    /// - Returns: what was reported.
    /// - Throws: `BooksWrong`; as `run` does.
    func runAll(auditing audit: AuditBooks) throws -> Summary {
        let summary = try run([.summaries, .statements])
        guard try ledger.isAuditDue() else { return summary }
        do {
            _ = try audit.run()
        } catch let wrong as BooksWrong {
            try ledger.endAuditDue()
            throw wrong
        }
        try ledger.endAuditDue()
        return summary
    }

    private func writeStatements(
        _ reports: Reports, at now: Timestamp, to outboxes: inout Outboxes
    ) throws {
        let month = Month(of: now)
        // Transactions of a wrong clock are in months of their own.
        let others = try reports.momentsOfJumps().map(Month.init(of:))
        let months = Set([month.previous, month] + others).sorted { $0.start < $1.start }
        var published = PublishedStatements(
            edition: "\(try reports.edition()) \(months.map(\.name).joined(separator: " "))")
        if published.areThere(in: spool) { return }
        for month in months { try outboxes.writeStatements(of: month, reports) }
        // The next run tries the unusable outboxes again.
        guard outboxes.unusable.isEmpty else { return }
        for path in outboxes.statements { published.note(path) }
        try published.keep(in: spool)
    }
}
