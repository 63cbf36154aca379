import Ledger
import Money
import Run
import Spool
import Timestamps

/// Writes the books as a journal of plain text accounting, so that a program which knows nothing of
/// ours can check them: hledger(1) first of all.
///
/// 1. Begin one read transaction: the entries and the balances are of one moment.
/// 2. Declare each wallet as an account: `users:acme:available`, `house:revenue`.
/// 3. Write each transaction as an entry of two postings.
/// 4. Assert what the ledger says that each wallet holds: hledger adds up the entries, and compares.
/// 5. Rename the file into its place, synced: it is the old one, or whole.
struct BookJournal {
    private let context: RunContext
    private let path: String

    init(_ context: RunContext, at path: String) {
        self.context = context
        self.path = path
    }

    /// Returns how many entries it wrote.
    ///
    /// - Throws: `SystemError`, `LedgerError`, `StoreError`.
    func write(_ ledger: Ledger) throws -> Int {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        // With the dot, also where the folder is a link.
        let directory = try Directory("\(folder)/.")
        var publishing = try Publishing(into: directory, program: context.program)
        var count = 0
        try publishing.add(name, in: directory.path, mode: 0o600) { file in
            try ledger.reports(at: context.clock.now()) { reports in
                var pages = JournalWriter()
                let wallets = try self.wallets(reports)
                pages.declare(wallets.values)
                let rows = try reports.rows(of: .movements)
                while let row = try rows.next() {
                    pages.entry(Movement(row, wallets))
                    try pages.flush(to: &file)
                    count += 1
                }
                pages.assertBalances(of: wallets.values, at: reports.now)
                try pages.finish(&file)
            }
        }
        try publishing.finish()
        return count
    }

    private func wallets(_ reports: Reports) throws -> [Int64: Wallet] {
        var wallets: [Int64: Wallet] = [:]
        let rows = try reports.rows(of: .wallets)
        while let row = try rows.next() { wallets[row.number(0)] = Wallet(row) }
        return wallets
    }
}

/// An account of the journal.
struct Wallet {
    let number: Int64
    /// `users:acme:available`.
    let account: String
    let currency: String
    let balance: Amount

    fileprivate init(_ row: ReportRow) {
        number = row.number(0)
        account = [row.string(1), row.string(2), row.string(3)].compactMap(\.self)
            .map(journalWord).joined(separator: ":")
        currency = row.string(4)!
        balance = Amount(micros: row.number(5))
    }
}

/// An entry of the journal.
struct Movement {
    let number: Int64
    let at: Timestamp
    let type: String
    let reference: String
    let from: Wallet
    let to: Wallet
    let amount: Amount

    fileprivate init(_ row: ReportRow, _ wallets: [Int64: Wallet]) {
        number = row.number(0)
        at = Timestamp(milliseconds: row.number(1))
        type = row.string(2)!
        reference = row.string(3)!
        from = wallets[row.number(4)]!
        to = wallets[row.number(5)]!
        amount = Amount(micros: row.number(6))
    }
}

extension ReportRow {
    /// A number that is never NULL.
    fileprivate func number(_ column: Int) -> Int64 { integer(column)! }

    fileprivate func string(_ column: Int) -> String? {
        text(column).map { String(decoding: $0, as: UTF8.self) }
    }
}
