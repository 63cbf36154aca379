import Money
import Spool
import Timestamps

/// Renders entries in memory as hledger reads them.
struct JournalWriter {
    private var text = """
        ; Amounts have a decimal point: with --decimal-comma, each would be read a million times \
        too high.
        ; The books, one entry a transaction; the last entry asserts every balance of the ledger.
        ; Names are written as in a URL: %20 is a space. \
        Check it with: hledger --strict check -f FILE

        decimal-mark .

        """
    /// The latest day of an entry: balances are asserted after it, even if a clock was wrong.
    private var lastDay = ""

    /// How many bytes to keep before writing them.
    private static let pieceBytes = 1 << 16

    mutating func declare(_ wallets: some Sequence<Wallet>) {
        for currency in Set(wallets.map(\.currency)).sorted() {
            text += "commodity \(currency) 1000.000000\n"
        }
        for account in Set(wallets.map(\.account)).sorted() { text += "account \(account)\n" }
    }

    mutating func entry(_ entry: Movement) {
        let day = entry.at.day
        lastDay = max(lastDay, day)
        let amount = "\(entry.amount)"
        text += """

            \(day) (\(entry.number)) \(journalWord(entry.type)) \(journalWord(entry.reference))
                \(entry.to.account)  \(entry.to.currency) \(amount)
                \(entry.from.account)  \(entry.from.currency) -\(amount)

            """
    }

    mutating func assertBalances(of wallets: some Sequence<Wallet>, at now: Timestamp) {
        text += "\n\(max(lastDay, now.day)) balances\n"
        for wallet in wallets.sorted(by: { $0.number < $1.number }) {
            let currency = wallet.currency
            text += "    \(wallet.account)  \(currency) 0 = \(currency) \(wallet.balance)\n"
        }
    }

    /// Writes the text so far, once it is worth a call.
    mutating func flush(to file: inout PieceWriter) throws {
        if text.utf8.count >= Self.pieceBytes { try finish(&file) }
    }

    /// Writes the rest.
    mutating func finish(_ file: inout PieceWriter) throws {
        try file.write(Array(text.utf8))
        text.removeAll(keepingCapacity: true)
    }
}

/// A name or reference as one word without a meaning for hledger: everything but letters, digits
/// and `-._~` is percent-encoded, as in a URL (RFC 3986), so that different names stay different.
func journalWord(_ text: String) -> String {
    let isPlain = { (byte: UInt8) in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
    if text.utf8.allSatisfy(isPlain) { return text }
    let digits = Array("0123456789ABCDEF".utf8)
    let bytes = text.utf8.flatMap { byte in
        isPlain(byte)
            ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
}
