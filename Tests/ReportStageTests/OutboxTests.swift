import BatchFiles
import Glibc
import Ledger
import Money
import Run
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import ReportStage

@Suite struct StatementTests {
    @Test func `a statement shows every movement between its opening and its closing balance`()
        throws
    {
        let house = try House.withBook()
        try house.report([.statements])
        #expect(
            house.text(of: "spool/resellers/acme/outbox/statement-2026-10.csv")
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
    func `opening plus movements is closing, and closing opens the next month`(user: String) throws
    {
        let house = try House.withBook()
        try house.report()
        var carried: Amount = .zero
        for month in ["2026-10", "2026-11"] {
            let text = house.text(of: "spool/resellers/\(user)/outbox/statement-\(month).csv")
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
        let standing = try #require(try house.summary("users").first { $0[0] == user })
        #expect(standing[4] == "\(carried)")
    }

    @Test func `a movement dated earlier than those booked before it keeps its month`() throws {
        let house = try House.withBook()
        // Another program's clock, or one that was set back.
        try house.deskFile("late.json", at: "2026-10-31T23:59:59Z") { draft in
            try draft.adjust(acme, by: "5", by: "anna", Line(.adjustments, 1))
        }
        try house.report([.statements])
        let october = try rows(
            ofCSV: house.text(of: "spool/resellers/acme/outbox/statement-2026-10.csv") ?? "")
        let november = try rows(
            ofCSV: house.text(of: "spool/resellers/acme/outbox/statement-2026-11.csv") ?? "")
        #expect(october.last?[6] == "101.712500")
        #expect(november[1][6] == "101.712500")
        #expect(november.last?[6] == "100.812500")
    }

    @Test func `a statement that its owner removed or changed is written again`()
        throws
    {
        let house = try House.withBook()
        let name = "spool/resellers/acme/outbox/statement-2026-10.csv"
        try house.report([.statements])
        let statement = try #require(house.text(of: name))
        #expect(unlink("\(house.folder.path)/\(name)") == 0)
        #expect(try house.report([.statements])["outbox_files"] == 1)
        #expect(house.text(of: name) == statement)
        // As long, and as old as it was.
        var status = stat()
        #expect(stat("\(house.folder.path)/\(name)", &status) == 0)
        house.folder.write(String(statement.reversed()), to: name)
        var times = [status.st_atim, status.st_mtim]
        #expect(utimensat(AT_FDCWD, "\(house.folder.path)/\(name)", &times, 0) == 0)
        try house.report([.statements])
        #expect(house.text(of: name) == statement)
        #expect(try house.report([.statements])["outbox_files"] == 0)
    }

    @Test func `a month without movements has a statement too`() throws {
        let house = try House.withBook()
        try house.report([.statements])
        try house.report([.statements], at: "2026-12-01T00:00:00Z")
        #expect(
            names(in: "\(house.spool)/resellers/acme/outbox").filter { $0.hasPrefix("statement") }
                == ["10", "11", "12"].map { "statement-2026-\($0).csv" })
    }

    @Test func `a user who never had money gets no statement`() throws {
        let house = try House.withBook()
        try house.deskFile("poor.json", at: House.now) { draft in
            try draft.put(UserEntry(user: UserID(rawValue: "poor")!), Line(.users, 1))
        }
        try house.report([.statements])
        #expect(
            names(in: "\(house.spool)/resellers/poor/outbox") == ["services.csv", "services.json"])
    }

    @Test(arguments: [
        ("2026-11-01T00:00:00Z", "2026-11", "2026-10"),
        ("2027-01-31T23:59:59Z", "2027-01", "2026-12"),
        ("2028-03-01T00:00:00Z", "2028-03", "2028-02"),
    ])
    func `a month is a calendar month`(moment: String, month: String, previous: String) throws {
        let now = try #require(Timestamp(parsing: moment))
        #expect(Month(of: now).name == month)
        #expect(Month(of: now).previous.name == previous)
        #expect(Month(of: now).period.contains(now))
        #expect(Month(of: now).previous.period.upperBound == Month(of: now).start)
    }
}

@Suite struct PriceListTests {
    @Test(arguments: [("acme", "0.787500", "1.750000"), ("zoe", "0.800000", "2.000000")])
    func `a price list shows a user's own price, or else the sale rate less their discount`(
        user: String, followers: String, comments: String
    ) throws {
        let house = try House.withBook()
        try house.report([.statements])
        #expect(
            house.text(of: "spool/resellers/\(user)/outbox/services.csv") == """
                service,name,category,type,rate,min,max,dripfeed,refill,cancel\r
                101,"Followers, ""fast""\",'@Instagram,Default,\(followers),10,50000,true,false,\
                true\r
                102,'=HYPERLINK(1),'@Instagram,Custom Comments Package,\(comments),10,50000,true,\
                false,true\r

                """)
        #expect(
            house.text(of: "spool/resellers/\(user)/outbox/services.json") == """
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
        let house = try House.withBook()
        try house.deskFile("third.json", at: House.now) { draft in
            var entry = UserEntry(user: UserID(rawValue: "third")!)
            entry.discount = try Percent(parsing: "33.333333")
            try draft.put(entry, Line(.users, 1))
        }
        try house.report([.statements])
        let list = try rows(
            ofCSV: house.text(of: "spool/resellers/third/outbox/services.csv") ?? "")
        // 0.90 × 66.666667 % = 0.600000003
        #expect(list[1][4] == "0.600001")
    }

    @Test func `a service that a user's price would sell below cost is not on their list`() throws {
        let house = try House.withBook()
        try house.deskFile("cheap.json", at: House.now) { draft in
            // It costs 0.50.
            try draft.setPrice("0.499999", of: ServiceID(101), for: zoe, Line(.prices, 1))
        }
        try house.report([.statements])
        for (user, services) in [("zoe", ["102"]), ("acme", ["101", "102"])] {
            let list = house.text(of: "spool/resellers/\(user)/outbox/services.csv") ?? ""
            #expect(try rows(ofCSV: list).dropFirst().map { $0[0] } == services)
        }
    }

    @Test func `a service nobody can serve is on no price list, nor enabled in the operator's`()
        throws
    {
        let house = try House.withBook()
        let other = ConfiguredProvider(name: "beta", currency: usd, isEnabled: true)
        for named in ["EUR", "USD"] {
            try house.ledger.note(
                Currency(parsing: named), by: .balance, of: ProviderID(1), at: House.now)
            try house.report()
            let list = house.text(of: "spool/resellers/zoe/outbox/services.csv") ?? ""
            #expect(try rows(ofCSV: list).count == (named == "USD" ? 3 : 1))
            let services = try house.summary("services")
            #expect(services[1][14] == "\(named == "USD")")
        }
        // The reports of a house whose configuration knows another provider only.
        try house.ledger.providers(configured: [other])
        #expect(try house.ledger.providers(configured: [other])["alpha"]?.state == .disabled)
    }

    @Test func `only a changed file is written again`() throws {
        let house = try House.withBook()
        #expect(try house.report([.statements])["outbox_files"] == 8)
        #expect(try house.report([.statements])["outbox_files"] == 0)
        try house.deskFile("cheap.json", at: House.now) { draft in
            try draft.setPrice("0.70", of: ServiceID(101), for: zoe, Line(.prices, 1))
        }
        #expect(try house.report([.statements])["outbox_files"] == 2)
        let list = try rows(ofCSV: house.text(of: "spool/resellers/zoe/outbox/services.csv") ?? "")
        #expect(list[1][4] == "0.700000")
    }

    @Test func `a broken outbox stops nobody else's files`() throws {
        let house = try House.withBook()
        house.folder.write("theirs", to: "elsewhere/note")
        house.folder.write("", to: "spool/resellers/acme/note")
        symlink("\(house.folder.path)/elsewhere", "\(house.spool)/resellers/acme/outbox")
        let summary = try house.report([.statements])
        #expect(summary["unusable_outboxes"] == 1)
        #expect(names(in: "\(house.spool)/resellers/zoe/outbox").count == 4)
        #expect(names(in: "\(house.folder.path)/elsewhere") == ["note"])
    }
}

extension Rate: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self = try! Rate(parsing: text)
    }
}
