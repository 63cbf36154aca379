import TestHouse
import TestSupport
import Testing

/// What a named desk brought after the copy was made that an operator puts back.
@Suite struct DeskRestoreTests {
    private let panel = ObligingPanel()

    @Test func `a lost file of a named desk is taken again, and nothing of it twice`() throws {
        let works = try Works(buyingFrom: panel)
        try works.configure(
            "desks: {payments: [deposits], web: [bans, unbans]}\nspool:", insteadOf: "spool:")
        try works.open()
        try works.done("admin backup \(works.backup)")
        let deposit = """
            {"batch": "d", "by": "bank", "deposits": [{"user": "acme", "method": "bank", \
            "reference": "TX-9", "amount": "7.00", "currency": "USD"}],
             "bans": [{"user": "acme"}]}
            """
        try works.write(deposit, to: "spool/desks/payments/inbox/d.json")
        try works.done("ingest")
        // Only a desk's own files may say this; under the settings of today they may not.
        try works.write(
            #"{"batch": "d", "by": "web", "bans": [{"user": "acme", "reason": "r"}]}"#,
            to: "spool/desks/web/inbox/b.json")
        try works.done("ingest")
        let balance = try works.table(Self.balance)
        let files = try works.table(Self.files)
        #expect(
            balance == ["107000000"] && files == ["payments|d.json|partial", "web|b.json|accepted"])
        try works.restore()
        try works.expectRefusal(panel)
        try works.configure(
            "payments: [deposits], web: [unbans]",
            insteadOf: "payments: [deposits], web: [bans, unbans]")
        try works.done("admin recover --restored --yes", "ingest")
        #expect(try works.table(Self.balance) == balance)
        #expect(
            try works.table(Self.files) == ["payments|d.json|partial", "web|b.json|rejected"])
        let receipt = try works.read("\(works.spool)/desks/payments/outbox/d.receipt.json")
        #expect(receipt.contains(#""status": "partial""#) && receipt.contains("NOT_ALLOWED"))
        // The same again is the same file, and the same payment in another file is known.
        try works.write(deposit, to: "spool/desks/payments/inbox/again.json")
        try works.write(
            deposit.replacing(#""batch": "d""#, with: #""batch": "e""#),
            to: "spool/desks/payments/inbox/other.json")
        try works.done("ingest", "report audit")
        #expect(try works.table(Self.balance) == balance)
    }

    private static let balance =
        "SELECT balance FROM wallets WHERE user_id = 'acme' AND name = 'available'"
    private static let files = """
        SELECT desk, name, status FROM files WHERE desk IS NOT NULL AND status <> 'duplicate'
        ORDER BY id
        """
}
