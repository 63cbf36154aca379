import Glibc
import Ledger
import Money
import Run
import TestSupport
import Testing
import Timestamps

@testable import ReportStage

@Suite struct StatementTests {
    @Test func `a statement shows every movement between its opening and its closing balance`()
        throws
    {
        let book = try Book()
        try book.report([.statements])
        #expect(
            book.text(of: "spool/resellers/acme/outbox/statement-2026-10.csv")
                == [
                    "date,type,reference,order,ref,amount,balance",
                    "2026-10-01T00:00:00Z,opening,,,,,0.000000",
                    "2026-10-30T09:00:00Z,deposit,deposit:1,,bank TX-1,100.000000,100.000000",
                    "2026-10-30T09:00:00Z,fee,fee:deposit:1,,bank TX-1,-1.500000,98.500000",
                    "2026-10-30T10:00:00Z,hold,hold:1,1,A-1,-0.787500,97.712500",
                    "2026-10-30T10:00:00Z,hold,hold:2,2,\"'-A\n2\",-1.750000,95.962500",
                    "2026-10-30T11:01:00Z,release,release:2,2,\"'-A\n2\",0.750000,96.712500",
                    "2026-10-30T11:01:00Z,closing,,,,,96.712500",
                ].map { "\($0)\r\n" }.joined())
    }

    @Test(arguments: ["acme", "zoe"])
    func `opening and movements make closing, which opens the next month`(user: String) throws {
        let book = try Book()
        try book.report()
        var carried: Amount = .zero
        for month in ["2026-10", "2026-11"] {
            let text = book.text(of: "spool/resellers/\(user)/outbox/statement-\(month).csv")
            let lines = try rows(ofCSV: text ?? "").dropFirst()
            let (opening, closing) = (try #require(lines.first), try #require(lines.last))
            #expect(opening[1] == "opening")
            #expect(closing[1] == "closing")
            #expect(opening[6] == "\(carried)")
            for line in lines.dropFirst().dropLast() {
                #expect(line[0].hasPrefix(month))
                carried = try carried + Amount(parsing: line[5])
                #expect(line[6] == "\(carried)")
            }
            #expect(closing[6] == "\(carried)")
        }
        let standing = try #require(try book.summary("users").first { $0[0] == user })
        #expect(standing[4] == "\(carried)")
    }

    @Test func `a movement dated before others that were booked earlier keeps its month`() throws {
        let book = try Book()
        // Another program's clock, or one that was set back.
        try book.deskFile("late.json", at: "2026-10-31T23:59:59Z") { draft in
            try draft.adjust(acme, by: "5", by: "anna", Line(.adjustments, 1))
        }
        try book.report([.statements])
        let october = try rows(
            ofCSV: book.text(of: "spool/resellers/acme/outbox/statement-2026-10.csv") ?? "")
        let november = try rows(
            ofCSV: book.text(of: "spool/resellers/acme/outbox/statement-2026-11.csv") ?? "")
        #expect(october.last?[6] == "101.712500")
        #expect(november[1][6] == "101.712500")
        #expect(november.last?[6] == "100.812500")
    }

    @Test func `a statement that its owner removed or wrote to is written again`()
        throws
    {
        let book = try Book()
        let name = "spool/resellers/acme/outbox/statement-2026-10.csv"
        try book.report([.statements])
        let statement = try #require(book.text(of: name))
        #expect(unlink("\(book.folder.path)/\(name)") == 0)
        #expect(try book.report([.statements])["outbox_files"] == 1)
        #expect(book.text(of: name) == statement)
        // As long, and as old as it was.
        var status = stat()
        #expect(stat("\(book.folder.path)/\(name)", &status) == 0)
        book.folder.write(String(statement.reversed()), to: name)
        var times = [status.st_atim, status.st_mtim]
        #expect(utimensat(AT_FDCWD, "\(book.folder.path)/\(name)", &times, 0) == 0)
        try book.report([.statements])
        #expect(book.text(of: name) == statement)
        #expect(try book.report([.statements])["outbox_files"] == 0)
    }

    @Test func `the next month has its statement although no money moved`() throws {
        let book = try Book()
        try book.report([.statements])
        try book.report([.statements], at: "2026-12-01T00:00:00Z")
        #expect(
            names(in: "\(book.spool)/resellers/acme/outbox").filter { $0.hasPrefix("statement") }
                == ["10", "11", "12"].map { "statement-2026-\($0).csv" })
    }

    @Test func `a user who never had money gets no statement`() throws {
        let book = try Book()
        try book.deskFile("poor.json", at: Book.now) { draft in
            try draft.put(UserEntry(user: UserID(rawValue: "poor")!), Line(.users, 1))
        }
        try book.report([.statements])
        #expect(
            names(in: "\(book.spool)/resellers/poor/outbox") == ["services.csv", "services.json"])
    }

    @Test(arguments: [
        ("2026-11-01T00:00:00Z", "2026-11", "2026-10"),
        ("2027-01-31T23:59:59Z", "2027-01", "2026-12"),
        ("2028-03-01T00:00:00Z", "2028-03", "2028-02"),
    ])
    func `a month is the calendar's`(moment: String, month: String, previous: String) throws {
        let now = try #require(Timestamp(parsing: moment))
        #expect(Month(of: now).name == month)
        #expect(Month(of: now).previous.name == previous)
        #expect(Month(of: now).period.contains(now))
        #expect(Month(of: now).previous.period.upperBound == Month(of: now).start)
    }
}

@Suite struct PriceListTests {
    @Test(arguments: [("acme", "0.787500", "1.750000"), ("zoe", "0.800000", "2.000000")])
    func `a user reads his own price, else the sale rate less his discount`(
        user: String, followers: String, comments: String
    ) throws {
        let book = try Book()
        try book.report([.statements])
        #expect(
            book.text(of: "spool/resellers/\(user)/outbox/services.csv") == """
                service,name,category,type,rate,min,max,dripfeed,refill,cancel\r
                101,"Followers, ""fast""\",'@Instagram,Default,\(followers),10,50000,true,false,true\r
                102,'=HYPERLINK(1),'@Instagram,Custom Comments Package,\(comments),10,50000,true,false,true\r

                """)
        #expect(
            book.text(of: "spool/resellers/\(user)/outbox/services.json") == """
                {
                  "services": 1,
                  "currency": "USD",
                  "list": [
                    {"service": 101, "name": "Followers, \\"fast\\"", "category": "@Instagram", \
                "type": "Default", "rate": "\(followers)", "min": 10, "max": 50000, \
                "dripfeed": true, "refill": false, "cancel": true},
                    {"service": 102, "name": "=HYPERLINK(1)", "category": "@Instagram", \
                "type": "Custom Comments Package", "rate": "\(comments)", "min": 10, "max": 50000, \
                "dripfeed": true, "refill": false, "cancel": true}
                  ]
                }

                """)
    }

    @Test func `a discounted rate is rounded up`() throws {
        let book = try Book()
        try book.deskFile("third.json", at: Book.now) { draft in
            var entry = UserEntry(user: UserID(rawValue: "third")!)
            entry.discount = try Percent(parsing: "33.333333")
            try draft.put(entry, Line(.users, 1))
        }
        try book.report([.statements])
        let list = try rows(ofCSV: book.text(of: "spool/resellers/third/outbox/services.csv") ?? "")
        // 0.90 × 66.666667 % = 0.600000003
        #expect(list[1][4] == "0.600001")
    }

    @Test func `what a user's price does not pay for is not on his list`() throws {
        let book = try Book()
        try book.deskFile("cheap.json", at: Book.now) { draft in
            // It costs 0.50.
            try draft.setPrice("0.499999", of: ServiceID(101), for: zoe, Line(.prices, 1))
        }
        try book.report([.statements])
        for (user, services) in [("zoe", ["102"]), ("acme", ["101", "102"])] {
            let list = book.text(of: "spool/resellers/\(user)/outbox/services.csv") ?? ""
            #expect(try rows(ofCSV: list).dropFirst().map { $0[0] } == services)
        }
    }

    @Test func `what nobody can serve is on no list, and not enabled in the operator's`() throws {
        let book = try Book()
        let other = ConfiguredProvider(name: "beta", currency: usd, isEnabled: true)
        for named in ["EUR", "USD"] {
            try book.ledger.note(
                Currency(parsing: named), by: .balance, of: ProviderID(1), at: Book.now)
            try book.report()
            let list = book.text(of: "spool/resellers/zoe/outbox/services.csv") ?? ""
            #expect(try rows(ofCSV: list).count == (named == "USD" ? 3 : 1))
            let services = try book.summary("services")
            #expect(services[1][14] == "\(named == "USD")")
        }
        // The reports of a house whose configuration knows another provider only.
        try book.ledger.providers(configured: [other])
        #expect(try book.ledger.providers(configured: [other])["alpha"]?.state == .disabled)
    }

    @Test func `what has not changed is not written again, what has changed is`() throws {
        let book = try Book()
        #expect(try book.report([.statements])["outbox_files"] == 8)
        #expect(try book.report([.statements])["outbox_files"] == 0)
        try book.deskFile("cheap.json", at: Book.now) { draft in
            try draft.setPrice("0.70", of: ServiceID(101), for: zoe, Line(.prices, 1))
        }
        #expect(try book.report([.statements])["outbox_files"] == 2)
        let list = try rows(ofCSV: book.text(of: "spool/resellers/zoe/outbox/services.csv") ?? "")
        #expect(list[1][4] == "0.700000")
    }

    @Test func `an outbox that is none any more stops nobody else's`() throws {
        let book = try Book()
        book.folder.write("his", to: "elsewhere/note")
        book.folder.write("", to: "spool/resellers/acme/note")
        symlink("\(book.folder.path)/elsewhere", "\(book.spool)/resellers/acme/outbox")
        let summary = try book.report([.statements])
        #expect(summary["unusable_outboxes"] == 1)
        #expect(names(in: "\(book.spool)/resellers/zoe/outbox").count == 4)
        #expect(names(in: "\(book.folder.path)/elsewhere") == ["note"])
    }
}

extension Rate: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self = try! Rate(parsing: text)
    }
}
