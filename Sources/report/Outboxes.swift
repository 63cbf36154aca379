import Glibc
import Ledger
import Logging
import Run
import Settings
import Spool

/// Writes each reseller's statements and price list into their outbox, if they have changed.
struct Outboxes {
    /// How many files were new or had changed.
    private(set) var files = 0
    /// The users whose outboxes could not be written to.
    private(set) var unusable: Set<String> = []
    /// The statements that are in their places.
    private(set) var statements: [String] = []
    private let context: RunContext
    private let spool: Spool
    private var publishing: Publishing

    init(_ context: RunContext, _ spool: Spool) throws(SystemError) {
        self.context = context
        self.spool = spool
        publishing = try Publishing(spool)
    }

    /// Writes each user's price list, in JSON and in CSV.
    mutating func writePriceLists(_ reports: Reports) throws {
        var known: (tariff: Tariff, list: PriceList)?
        for (user, tariff) in try reports.tariffs() {
            let same = known.flatMap { $0.tariff == tariff ? $0.list : nil }
            let list = try same ?? PriceList(of: tariff, reports, context.settings)
            known = (tariff, list)
            try publish(to: user.rawValue) { publishing, outbox in
                for (name, bytes) in [("services.json", list.json), ("services.csv", list.csv)] {
                    try publishing.add(name, in: outbox, ifChanged: true) { try $0.write(bytes) }
                }
            }
        }
    }

    /// Writes the statements of a month, one user after the other, as their rows come.
    mutating func writeStatements(of month: Month, _ reports: Reports) throws {
        let query = ReportQuery.statements
        // The first column names the user of a row.
        let columns = query.columns[1...]
        let kinds = query.columns.map(\.kind)
        let rows = try reports.rows(of: query, in: month.period)
        var next = try rows.next()
        while let first = next {
            let user = try first.string(0)
            var csv = CSVWriter()
            try publish(to: user) { publishing, outbox in
                try publishing.add(
                    "\(query.name)-\(month.name).csv", in: outbox, ifChanged: true
                ) { file in
                    csv.header(columns)
                    while let row = next, try row.string(0) == user {
                        csv.row(row, kinds[1...])
                        try csv.flush(to: &file)
                        next = try rows.next()
                    }
                    try csv.finish(&file)
                }
            }
            if !unusable.contains(user) {
                let outbox = spool.outbox(of: .reseller(user))
                statements.append("\(outbox)/\(query.name)-\(month.name).csv")
            }
            // Rows that were left when the outbox turned out to be unusable.
            while let row = next, try row.string(0) == user { next = try rows.next() }
        }
    }

    /// Puts files into a user's outbox. Users can do anything there, and only hurt themselves: an
    /// unusable outbox is reported once and skipped.
    private mutating func publish(
        to user: String, _ body: (inout Publishing, _ outbox: String) throws -> Void
    ) throws {
        guard !unusable.contains(user) else { return }
        do {
            try body(&publishing, spool.outbox(of: .reseller(user)))
            files += publishing.count
            try publishing.finish()
        } catch let error as SystemError where Self.isOfTheUsersMaking(error) {
            publishing.abandon()
            unusable.insert(user)
            context.logger.error(
                "an outbox cannot be written to; mend it and run again",
                metadata: ["user": "\(user)", "error": "\(error)"])
        }
    }

    private static func isOfTheUsersMaking(_ error: SystemError) -> Bool {
        [EACCES, EISDIR, ELOOP, ENOTDIR, EPERM].contains(error.code)
    }
}
