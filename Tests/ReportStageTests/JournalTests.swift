import BatchFiles
import Ledger
import Money
import TestHouse
import TestSupport
import Testing

@testable import ReportStage

/// The books as Debian's hledger adds them up, which knows nothing of ours.
@Suite struct JournalTests {
    @Test func `hledger accepts the journal and agrees on every balance`() throws {
        let house = try House.withBook()
        try house.befriendStrangers()
        let file = try house.journal()

        let checked = shellRun("hledger --strict check -f '\(file)' 2>&1")
        #expect(checked.status == 0, "\(checked.output)")
        let balances = try hledgerBalances(file)
        let wallets = try house.wallets()
        #expect(balances == wallets)
        #expect(balances["users:acme:available USD"] == "95.812500")
        #expect(
            balances["providers:a%20%20b%3B%20%3Ac%22%29%E2%80%83%C3%BC%0A2026-01-01%20x:float EUR"]
                == "7.000000")
    }

    @Test func `the first line of a journal declares the decimal mark, and hledger obeys it`()
        throws
    {
        let house = try House.withBook()
        let file = try house.journal()
        let journal = try #require(content(at: file))
        #expect(
            journal.hasPrefix(
                "; Amounts have a decimal point: with --decimal-comma, each would be read a "
                    + "million times"
            ))
        #expect(journal.contains("\ndecimal-mark .\n"))
    }

    @Test func `every transaction is an entry, in order, and only the owner can read the file`()
        throws
    {
        let house = try House.withBook()
        try house.befriendStrangers()
        let file = try house.journal()
        let numbers = (content(at: file) ?? "").split(separator: "\n").compactMap { line in
            line.split(separator: " ").dropFirst().first.flatMap {
                $0.hasPrefix("(") ? String($0.dropFirst().dropLast()) : nil
            }
        }
        #expect(numbers == (1...numbers.count).map(String.init))
        #expect(numbers.count == (try house.count(of: .movements)))
        #expect(shellRun("stat -c %a '\(file)'").output == "600\n")
    }

    @Test func `hledger notices a journal that lost a millionth`() throws {
        let house = try House.withBook()
        let file = try house.journal()
        let honest = try #require(content(at: file))
        let forged = honest.replacing("= USD 95.812500", with: "= USD 95.812501")
        #expect(forged != honest)
        let path = house.folder.write(forged, to: "forged.journal")
        #expect(shellRun("hledger check -f '\(path)' 2>/dev/null").status != 0)
    }

    @Test func `empty books make a journal too, and it replaces an older one whole`() throws {
        let house = try House.unused()
        house.folder.write("something longer than a journal of nothing\n", to: "books.journal")
        let file = try house.journal()
        #expect(shellRun("hledger --strict check -f '\(file)' 2>&1").output == "")
        #expect(try hledgerBalances(file) == house.wallets())
        #expect(names(in: house.folder.path).filter { $0.hasPrefix(".report") } == [])
    }
}

extension House {
    /// A provider and a payment with names that mean something to hledger.
    fileprivate func befriendStrangers() throws {
        let name = "a  b; :c\")\u{2003}ü\n2026-01-01 x"
        let eur = try Currency(parsing: "EUR")
        _ = try ledger.providers(configured: [
            ConfiguredProvider(name: name, currency: eur, isEnabled: true)
        ])
        try deskFile("strange.json", at: House.now) { draft in
            try draft.topUp(
                name, by: "7", reference: "; = * date:2020-13-45 [2026]", Line(.topups, 1))
            try draft.confirm(
                ConfirmedDeposit(
                    user: acme, method: "a|b", reference: "x  ; USD 5\n    y", amount: "0.000001",
                    currency: usd, credited: "0.000001", fee: "0"), Line(.deposits, 1))
            try draft.adjust(acme, by: "-0.000001", by: "(!", Line(.adjustments, 1))
        }
    }

    /// Writes the journal as the program does; its path.
    fileprivate func journal() throws -> String {
        let path = "\(folder.path)/books.journal"
        _ = try AuditBooks(context(), inJSON: true, quietly: true, journal: path).run()
        return path
    }

    fileprivate func count(of query: ReportQuery) throws -> Int {
        try ledger.reports(at: Self.now) { reports in
            let rows = try reports.rows(of: query)
            var count = 0
            while try rows.next() != nil { count += 1 }
            return count
        }
    }

    /// What the ledger says of each wallet that is not empty, by its account and currency.
    fileprivate func wallets() throws -> [String: String] {
        try ledger.reports(at: Self.now) { reports in
            let rows = try reports.rows(of: .wallets)
            var wallets: [String: String] = [:]
            while let row = try rows.next() {
                let parts = (1...3).compactMap {
                    row.text($0).map { String(decoding: $0, as: UTF8.self) }
                }
                let account = parts.map(journalWord).joined(separator: ":")
                let currency = row.text(4).map { String(decoding: $0, as: UTF8.self) }!
                wallets["\(account) \(currency)"] = "\(Amount(micros: row.integer(5)!))"
            }
            return wallets.filter { $0.value != "0.000000" }
        }
    }
}

/// What hledger adds up, by account and currency, without what is empty.
private func hledgerBalances(_ file: String) throws -> [String: String] {
    let said = shellRun("hledger balance -f '\(file)' --flat -N --layout=bare -O csv 2>&1")
    let lines = said.output.split(separator: "\n").map { $0.replacing("\"", with: "") }
    try #require(lines.first == "account,commodity,balance", "\(said.output)")
    var balances: [String: String] = [:]
    for line in lines.dropFirst() {
        let fields = line.split(separator: ",")
        balances["\(fields[0]) \(fields[1])"] = String(fields[2])
    }
    return balances
}
