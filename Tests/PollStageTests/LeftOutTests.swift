import LoopbackProvider
import Run
import Synchronization
import TestHouse
import Testing

@testable import PollStage

/// A list of services with rows that cannot be read.
@Suite struct LeftOutTests {
    private static func row(_ id: Int, rate: String = "1", name: String = "Likes") -> String {
        #"{"service":\#(id),"name":"\#(name)","type":"Default","category":"X","rate":"\#(rate)","#
            + #""min":10,"max":1000}"#
    }

    /// A house whose provider lists what `rows` holds.
    private func withList(_ body: (House, (_ rows: [String]) -> Void) throws -> Void) throws {
        let list = Mutex("[]")
        try withHouse { _ in
            .reply(list.withLock { $0 })
        } _: { house, _ in
            try body(house) { rows in
                list.withLock { $0 = "[\(rows.joined(separator: ","))]" }
            }
        }
    }

    private func services(_ house: House) throws -> [String] {
        try house.table("SELECT id, rate, enabled, withheld FROM services ORDER BY id")
    }

    @Test func `a bad row is left out and reported once, and the rest is taken over`() throws {
        try withList { house, list in
            list((101...110).map { Self.row($0) })
            try house.poll(.catalogue)
            list(
                (101...110).map { id in
                    id == 104 ? Self.row(104, name: #"5" screen"#) : Self.row(id, rate: "1.1")
                })
            for _ in 1...3 { #expect(try house.poll(.catalogue)["dropped_services"] == 0) }
            let known = try services(house)
            #expect(known[3] == "104|1000000|1|-")
            #expect(known[4] == "105|1100000|1|-")
            let alerts = try house.alerts()
            #expect(alerts.count == 1)
            #expect(alerts[0].hasPrefix("catalogue_rows|rows of its list"), "\(alerts)")
            #expect(alerts[0].contains("service 104 (it cannot be read: "))
        }
    }

    @Test func `while a row does not name its service, none counts as gone`() throws {
        try withList { house, list in
            list((101...110).map { Self.row($0) })
            try house.poll(.catalogue)
            let before = try services(house)
            list((101...108).map { Self.row($0) } + [#"{"name":"5" screen","service":109}"#])
            try house.poll(.catalogue)
            #expect(try services(house) == before)
            // Once the row can be read again, a missing service is gone.
            list((101...109).map { Self.row($0) })
            #expect(try house.poll(.catalogue)["dropped_services"] == 1)
        }
    }

    @Test func `a list that cannot be understood is one line in the log, and never called empty`()
        throws
    {
        try withList { house, list in
            list((101...110).map { Self.row($0) })
            try house.poll(.catalogue)
            let before = try services(house)
            list((1...5_002).map { #"{"sid":\#($0),"title":"N"}"# })
            try house.poll(.catalogue)
            #expect(try services(house) == before)
            #expect(try house.alerts() == [])
            let lines = house.log.lines.filter { $0.contains("the keys found are sid, title") }
            #expect(lines.count == 1)
            list((101...110).map { Self.row($0) } + (1...5_002).map { _ in Self.row(101) })
            try house.poll(.catalogue)
            #expect(house.log.lines.count { $0.contains("rows of a list of services") } == 1)
            #expect(try house.alerts() == [])
        }
    }
}
