import BatchFiles
import Glibc
import Ledger
import Spool
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import ReportStage

@Suite struct PublishingTests {
    @Test func `latest points to today's files, and after midnight to the next day's`() throws {
        let house = try House.withBook()
        try house.report([.summaries])
        #expect(target(of: "\(house.reports)/latest") == "2026-11-23")
        #expect(
            names(in: "\(house.reports)/2026-11-23")
                == ReportQuery.summaries.map { "\($0.name).csv" }.sorted())
        try house.report([.summaries], at: "2026-11-24T00:00:00Z")
        #expect(target(of: "\(house.reports)/latest") == "2026-11-24")
        #expect(names(in: house.reports) == ["2026-11-23", "2026-11-24", "latest"])
    }

    @Test func `a reader of an open file reads the old one, and the name never disappears`()
        throws
    {
        let house = try House.withBook()
        try house.report([.summaries])
        let path = "\(house.reports)/latest/orders.csv"
        let old = try #require(content(at: path))
        let reader = open(path, O_RDONLY)
        defer { close(reader) }
        // Half of a file would show: this one is made of another length.
        try house.file("more.json", by: acme, at: House.now) { draft in
            try draft.accept(
                house.order("A-9", 101, units: 10, "0.01", ProviderID(1)),
                ResellerLine(.orders, 1, ref: "A-9"))
        }
        try house.report([.summaries])
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(reader, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(count), as: UTF8.self) == old)
        #expect(try #require(content(at: path)).hasPrefix(old))
        #expect(content(at: path) != old)
    }

    @Test func `half-written files of a run that died are gone after the next run`() throws {
        let house = try House.withBook()
        try house.report([.summaries])
        house.folder.write("half", to: "reports/2026-11-23/.report.out.0")
        house.folder.write("half", to: "spool/tmp/report.out.0")
        try house.report()
        #expect(names(in: "\(house.reports)/2026-11-23").allSatisfy { $0.hasSuffix(".csv") })
        #expect(names(in: "\(house.spool)/tmp").isEmpty)
    }

    @Test func `the users of a period have its sums, and the balances at its end`() throws {
        let house = try House.withBook()
        func users(since: String, until: String) throws -> [String] {
            let period = Day(argument: since)!.start..<Day(argument: until)!.end
            _ = try MakeReports(
                house.context(), period: period, directory: "\(house.folder.path)/chosen"
            ).run([.summaries])
            return try rows(ofCSV: house.text(of: "chosen/users.csv") ?? "").dropFirst().map {
                ([$0[0]] + $0[4..<11]).joined(separator: ",")
            }
        }
        #expect(
            try users(since: "2026-10-01", until: "2026-10-31") == [
                "acme,96.712500,0.000000,100.000000,1.687500,0.850000,2,2026-10-30T10:00:00Z",
                "zoe,50.000000,0.000000,50.000000,0.000000,0.000000,0,",
            ])
        #expect(
            try users(since: "2026-11-01", until: "2026-11-02") == [
                "acme,96.712500,0.000000,0.000000,0.000000,0.000000,0,",
                "zoe,33.600000,16.400000,0.000000,0.000000,0.800000,4,2026-11-02T12:00:00Z",
            ])
    }

    @Test func `files about the present are not among the files of a period`() throws {
        let house = try House.withBook()
        let day = Day(argument: "2026-11-02")!
        let chosen = "\(house.folder.path)/chosen"
        _ = try MakeReports(house.context(), period: day.start..<day.end, directory: chosen)
            .run([.summaries])
        let left = Set(ReportQuery.summaries.map { "\($0.name).csv" }).subtracting(
            names(in: chosen))
        #expect(
            left == ["services.csv", "providers.csv", "in-doubt.csv", "stuck.csv", "prices.csv"])
    }

    @Test func `the byte order mark can be switched off`() throws {
        let house = try House.withBook(reports: "{directory: reports, bom: false}")
        try house.report()
        #expect(house.text(of: "reports/latest/daily.csv")?.hasPrefix("day,") == true)
    }

    @Test func `files for resellers begin with the header itself, without a mark`() throws {
        let house = try House.withBook()
        try house.report()
        let outbox = "spool/resellers/acme/outbox"
        #expect(house.text(of: "\(outbox)/services.csv")?.hasPrefix("service,") == true)
        #expect(house.text(of: "\(outbox)/statement-2026-10.csv")?.hasPrefix("date,") == true)
    }

    @Test func `a chosen period is reported in its own directory`() throws {
        let house = try House.withBook()
        let first = Day(argument: "2026-11-02")!
        let chosen = "\(house.folder.path)/chosen"
        let stage = try MakeReports(
            house.context(), period: first.start..<first.end, directory: chosen)
        _ = try stage.run([.summaries])
        func keys(_ file: String, _ column: Int) throws -> [String] {
            try rows(ofCSV: house.text(of: "chosen/\(file).csv") ?? "").dropFirst().map {
                $0[column]
            }
        }
        #expect(try keys("orders", 0) == ["3", "4", "5", "6"])
        #expect(try keys("daily", 0) == ["2026-11-02"])
        #expect(try keys("by-user", 0) == ["zoe"])
        #expect(try keys("files", 1) == ["z.json"])
        #expect(try keys("deposits", 2) == ["TX-9"])
        #expect(try keys("exceptions", 0) == [])
        #expect(try keys("transactions", 1).allSatisfy { $0.hasPrefix("2026-11-02T") })
        #expect(try keys("users", 0) == ["acme", "zoe"])
        #expect(house.text(of: "reports/latest/orders.csv") == nil)
    }

    @Test func `an empty ledger makes files of headers alone`() throws {
        let house = try House.unused()
        try house.report()
        for name in ["orders", "daily", "users", "by-service"] {
            #expect(try house.summary(name).count == 1)
        }
    }
}

/// The names in a directory, in order.
func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

private func target(of link: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
}
