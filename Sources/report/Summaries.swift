import Ledger
import Logging
import Run
import Settings
import Spool
import Timestamps

/// Writes the operator's CSV files.
///
///     reports/<yyyy-mm-dd>/orders.csv …    each whole, the last of its day
///     reports/latest                       → the newest of them
///
/// For a period, only the reports of what happened in it are written. Reports about the present
/// would be mistaken for the period's.
struct Summaries {
    private(set) var files = 0
    private(set) var rows = 0
    private let context: RunContext
    private let period: Range<Timestamp>
    private let directory: String?

    init(_ context: RunContext, period: Range<Timestamp>, directory: String?) {
        self.context = context
        self.period = period
        self.directory = directory
    }

    mutating func write(_ reports: Reports, at now: Timestamp) throws {
        if let directory {
            try write(reports, into: Self.open(directory))
        } else {
            let all = try Self.open(context.settings.reports.directory)
            try write(reports, into: all.directory(now.day))
            try all.point("latest", to: now.day)
        }
    }

    /// Opens a directory; one that is made is closed to others. The operator decides who else may
    /// read it.
    private static func open(_ path: String) throws -> Directory {
        try Directory.make(path, mode: 0o700)
        // With the dot, also where the directory is a link to another disk.
        return try Directory("\(path)/.")
    }

    private mutating func write(_ reports: Reports, into directory: Directory) throws {
        var publishing = try Publishing(into: directory, program: context.program)
        let queries = ReportQuery.summaries.filter {
            period == Timestamp.always || $0.isOfPeriod
        }
        for query in queries {
            var csv = CSVWriter(bom: context.settings.reports.bom)
            var count = 0
            let kinds = query.columns.map(\.kind)
            let source = try reports.rows(of: query, in: period)
            try publishing.add("\(query.name).csv", in: directory.path, ifChanged: true) { file in
                csv.header(query.columns)
                while let row = try source.next() {
                    csv.row(row, kinds[...])
                    count += 1
                    try csv.flush(to: &file)
                }
                try csv.finish(&file)
            }
            context.logger.debug(
                "wrote a summary", metadata: ["file": "\(query.name).csv", "rows": "\(count)"])
            files += 1
            rows += count
            context.progress("wrote", files, of: queries.count)
        }
        try publishing.finish()
    }
}
