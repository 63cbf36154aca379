import Ledger
import Money
import Run
import Spool
import Timestamps

/// Writes the books as a journal for plain text accounting, so that an independent program can
/// check them: hledger(1) first of all.
///
/// 1. Begin one read transaction: the entries and the balances are from one moment.
/// 2. Declare each wallet as an account: `users:acme:available`, `house:revenue`.
/// 3. Write each transaction as an entry of two postings.
/// 4. Assert the ledger's balance of each wallet: hledger adds up the entries, and compares.
/// 5. Rename the synced file into its place: it is the old one, or whole.
struct BookJournal {
    private let context: RunContext
    private let path: String

    init(_ context: RunContext, at path: String) {
        self.context = context
        self.path = path
    }

    /// Writes the journal.
    ///
    /// - Parameter ledger: the books.
    /// - Returns: how many entries were written.
    /// - Throws: `SystemError`, `LedgerError`, `StoreError`.
    func write(_ ledger: Ledger) throws -> Int {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        // With the dot it also works if the folder is a link.
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
                    pages.entry(try Movement(row, wallets))
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
        while let row = try rows.next() { wallets[try row.number(0)] = try Wallet(row) }
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

    fileprivate init(_ row: ReportRow) throws {
        number = try row.number(0)
        account = (1...3).compactMap(row.optionalString).map(journalWord).joined(separator: ":")
        currency = try row.string(4)
        balance = Amount(micros: try row.number(5))
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

    fileprivate init(_ row: ReportRow, _ wallets: [Int64: Wallet]) throws {
        guard let from = wallets[try row.number(4)] else { throw MissingValue(column: 4) }
        guard let to = wallets[try row.number(5)] else { throw MissingValue(column: 5) }
        self.from = from
        self.to = to
        number = try row.number(0)
        at = Timestamp(milliseconds: try row.number(1))
        type = try row.string(2)
        reference = try row.string(3)
        amount = Amount(micros: try row.number(6))
    }
}
