import Glibc
import Ledger
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

@Suite struct NamedDeskTests {
    let house = try! House.stocked(
        """
        intake: {min_free_bytes: 0}
        desks: {web: [bans, unbans, tasks, sign_ups], payments: [deposits]}
        """)

    private static let deposit = """
        {"deposits": [{"user": "acme", "method": "bank", "reference": "TX", "amount": 5}]}
        """

    @Test func `a named desk gets its directories, and its answers there`() throws {
        try house.add()
        try house.ingest()
        for directory in ["desks/web/inbox", "desks/web/outbox", "desks/payments/inbox"] {
            #expect(house.names(in: directory).isEmpty && house.mode(of: directory) == 0o755)
        }
        let receipt = try house.drop(
            #"{"batch": "1", "by": "anna", "bans": [{"user": "acme", "reason": "r"}]}"#,
            as: "ban.json", by: "@web")
        #expect(receipt["status"] == "accepted" && receipt.verdicts("bans") == ["accepted"])
        let day = house.names(in: "archive").last ?? ""
        #expect(house.names(in: "archive/\(day)/@web").count == 1)
        #expect(house.names(in: "work/@web").isEmpty && house.names(in: "desks/web/inbox").isEmpty)
    }

    @Test func `arrays that a desk may not bring are refused, line by line`() throws {
        try house.add()
        let receipt = try house.drop(
            """
            {"bans": [{"user": "acme"}], "refunds": [{"order": 1, "amount": 1}, []],
             "deposits": [{"user": "acme", "method": "bank", "reference": "TX", "amount": 5}]}
            """, as: "mixed.json", by: "@web")
        #expect(receipt["status"] == "partial")
        #expect(receipt.verdicts("bans") == ["accepted"])
        #expect(receipt.verdicts("refunds") == ["NOT_ALLOWED", "NOT_ALLOWED"])
        #expect(receipt.verdicts("deposits") == ["NOT_ALLOWED"])
        #expect(try house.count("deposits WHERE reference = 'TX'") == 0)
        try house.expectSound()
    }

    @Test func `a payment is credited once over all desks`() throws {
        try house.add()
        #expect(
            try house.drop(Self.deposit, as: "a.json", by: "@payments").verdicts("deposits")
                == ["accepted"])
        #expect(
            try house.drop(Self.deposit, as: "a.json", by: "desk").verdicts("deposits")
                == ["duplicate"])
        #expect(try house.count("deposits WHERE reference = 'TX'") == 1)
    }

    @Test func `files and batches are known by their desk`() throws {
        try house.add()
        let text = #"{"batch": "same", "unbans": [{"user": "acme"}]}"#
        for desk in ["desk", "@web"] {
            #expect(try house.drop(text, as: "x.json", by: desk)["status"] == "accepted")
            #expect(try house.drop(text, as: "y.json", by: desk)["status"] == "duplicate")
            #expect(
                try house.drop(#"{"batch": "same", "bans": []}"#, as: "z.json", by: desk).reason
                    == "BATCH_REUSED")
        }
        #expect(
            try house.table(
                "SELECT coalesce(desk, ''), count(*) FROM files WHERE batch = 'same' GROUP BY 1")
                == ["|3", "web|3"])
    }

    @Test func `a file in the door of a desk is the desk's`() throws {
        try house.add()
        let name = String(repeating: "n", count: 200)
        house.folder.write(Array(Self.deposit.utf8), to: "spool/doors/@payments/\(name).json")
        try house.ingest()
        #expect(
            try house.table("SELECT status FROM files WHERE desk = 'payments'") == ["accepted"])
        #expect(house.names(in: "doors/@payments").isEmpty)
    }

    @Test func `a desk that the settings do not have may do nothing`() throws {
        try house.add()
        house.folder.write(Array(Self.deposit.utf8), to: "spool/doors/@ghost/x.json")
        house.put(Self.deposit, by: "@ghost")
        try house.ingest()
        #expect(
            try Receipt(house.contents(of: "desks/ghost/outbox/x.receipt.json"))
                .verdicts("deposits") == ["NOT_ALLOWED"])
        #expect(house.names(in: "desks/ghost/inbox") == ["orders.json"])
        #expect(try house.ledger.passedOver().map(\.path).contains { $0.hasSuffix("desks/ghost") })
        #expect(try house.count("deposits WHERE reference = 'TX'") == 0)
    }

    @Test func `a sign-up makes a reseller without credit, and changes nobody`() throws {
        let text = #"{"sign_ups": [{"user": "newco", "email": "a@b.example", "name": "New"}]}"#
        #expect(
            try house.drop(text, as: "1.json", by: "@web").verdicts("sign_ups") == ["accepted"])
        #expect(
            try house.table(
                "SELECT id, email, name, role, discount_percent, credit_limit FROM users")
                == ["newco|a@b.example|New|reseller|0|0"])
        #expect(house.names(in: "resellers") == ["newco"])
        #expect(
            try house.drop(text + " ", as: "2.json", by: "@web").verdicts("sign_ups")
                == ["duplicate"])
        #expect(
            try house.drop(
                #"{"sign_ups": [{"user": "newco", "email": "x@b.example"}]}"#, as: "3.json",
                by: "@web"
            ).verdicts("sign_ups") == ["NOT_ALLOWED"])
        #expect(try house.table("SELECT email FROM users") == ["a@b.example"])
    }

    @Test func `a task is due at once`() throws {
        for question in [ProviderQuestion.catalogue, .balance] {
            try house.ledger.ask(ProviderID(1), question, at: Timestamp(milliseconds: 9))
        }
        let receipt = try house.drop(
            """
            {"tasks": [{"run": "catalogue", "provider": "alpha"}, {"run": "audit"},
                {"run": "balances", "provider": "nobody"}, {"run": "sleep"},
                {"run": "audit", "provider": "alpha"}]}
            """, as: "tasks.json", by: "@web")
        #expect(
            receipt.verdicts("tasks")
                == ["accepted", "accepted", "BAD_VALUE", "BAD_VALUE", "BAD_VALUE"])
        #expect(try house.table("SELECT catalogue_due, balance_due FROM providers") == ["0|9"])
        #expect(try house.ledger.isAuditDue())
        try house.ledger.endAuditDue()
        #expect(try !house.ledger.isAuditDue())
    }
}
