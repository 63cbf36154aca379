import BatchFiles
import Ledger
import LoopbackProvider
import Money
import Run
import Settings
import Spool
import TestHouse
import Testing
import Timestamps

@testable import PollStage

@Suite struct StatusFileTests {
    @Test func `a status file is, byte for byte, what the contract shows`() throws {
        try withHouse {
            .statuses($0) {
                $0 == "9001" ? status("Partial", remains: "157") : #"{"status":"INPROGRESS"}"#
            }
        } _: { house, _ in
            try house.place(2)
            try house.file(of: acme) { draft in
                try draft.claimDeposit(
                    method: "bank", reference: "TX-2", amount: Amount(micros: 5_000_000),
                    currency: house.settings.currency, ResellerLine(.deposits, 1, ref: "D-1"))
                try draft.requestWithdrawal(
                    of: Amount(micros: 25_000_000), fee: Amount(micros: 500_000), to: "IBAN",
                    ResellerLine(.withdrawals, 1, ref: "W-1"))
            }
            try house.deskFile { draft in
                try draft.confirm(
                    ConfirmedDeposit(
                        user: acme, method: "bank", reference: "TX-2",
                        amount: Amount(micros: 5_000_000), currency: house.settings.currency,
                        credited: Amount(micros: 5_000_000), fee: Amount(micros: 100_000)),
                    Line(.deposits, 1))
                try draft.conclude(
                    withdrawal: "W-1", of: acme, isPaid: true, reference: "TX-901",
                    Line(.withdrawals, 1))
            }
            let summary = try house.poll()
            #expect(summary["status_files"] == 1)
            #expect(
                house.statusFile(2) == """
                    {
                      "status": 1,
                      "sequence": 2,
                      "at": "2025-06-01T10:00:00Z",
                      "orders": [
                        {"order": 1, "ref": "r1", "status": "Partial", "start_count": 3572, \
                    "remains": 157, "charge": "1.686000", "refunded": "0.314000"},
                        {"order": 2, "ref": "r2", "status": "In progress", "start_count": null, \
                    "remains": null, "charge": "2.000000", "refunded": "0.000000"}
                      ],
                      "refills": [],
                      "deposits": [
                        {"ref": "D-1", "method": "bank", "reference": "TX-2", "status": \
                    "confirmed", \
                    "credited": "5.000000", "fee": "0.100000"}
                      ],
                      "withdrawals": [
                        {"ref": "W-1", "status": "paid", "amount": "25.000000", "fee": "0.500000", \
                    "reference": "TX-901"}
                      ],
                      "balance": "999976.214000"
                    }

                    """)
        }
    }

    @Test func `resellers read one of the trade's words, and an end only with its money`()
        throws
    {
        let words = [
            ("Pending", "Pending"), ("Processing", "Processing"), ("In progress", "In progress"),
            ("Error", "In progress"), ("Completed", "Completed"), ("Canceled", "Canceled"),
            ("Partial", "In progress"),
        ]
        try withHouse {
            .statuses($0) { status(words[Int($0)! - 9_001].0, remains: "Unknown") }
        } _: { house, _ in
            try house.place(words.count)
            try house.poll()
            let told = house.statusFile(2)?.split(separator: "\n").compactMap { line in
                line.split(separator: #""status": ""#).dropFirst().first?.prefix { $0 != "\"" }
            }
            #expect(told?.map(String.init) == words.map(\.1))
        }
    }

    @Test func `no news, no status file`() throws {
        try withHouse {
            .statuses($0) { _ in status("Processing", remains: "10") }
        } _: { house, _ in
            try house.place(1)
            for _ in 1...3 {
                try house.poll()
                house.clock.advance(seconds: 301)
            }
            #expect(house.statusFiles() == ["status-0000000002.json"])
        }
    }

    @Test func `numbers have no gap and no repeat, no matter where a run dies`() throws {
        try withHouse {
            let serial = $0.serial
            return .statuses($0) { _ in status("Processing", remains: "\(serial)") }
        } _: { house, _ in
            try house.place(1)
            try house.poll()

            // Killed after the number was committed.
            try house.accept(["https://a.example/2"])
            try house.file(of: acme) {
                try $0.requestCancel(of: OrderID(2), ResellerLine(.cancels, 1, ref: "C-1"))
            }
            try house.ledger.issueStatusFiles(at: house.clock.wall.now()) { report in
                Array("kept as it was, number \(report.sequence)".utf8)
            }
            try house.poll()
            #expect(house.statusFile(3) == "kept as it was, number 3")

            // Killed after the file was written.
            house.clock.advance(seconds: 301)
            var asking = try AskProviders(house.context("poll"))
            _ = try asking.run(only: .statuses, now: false)
            let fourth = house.statusFile(4)
            try house.accept(["https://a.example/3"])
            try house.file(of: acme) {
                try $0.requestCancel(of: OrderID(3), ResellerLine(.cancels, 1, ref: "C-2"))
            }
            try house.ledger.issueStatusFiles(at: house.clock.wall.now()) { _ in Array("five".utf8)
            }
            var publishing = try Publishing(Spool.open(at: house.settings.spool, program: "poll"))
            try publishing.add(
                "status-0000000005.json", in: "\(house.settings.spool)/resellers/acme/outbox"
            ) { try $0.write(Array("five".utf8)) }
            try publishing.finish()
            try house.poll()
            #expect(house.statusFile(4) == fourth)
            #expect(house.statusFile(5) == "five")
            #expect(house.statusFiles().map { $0.suffix(6) } == (2...5).map { "\($0).json" })
            #expect(try house.ledger.unpublishedStatusFiles().isEmpty)
        }
    }
}
