import LoopbackProvider
import Run
import TestHouse
import Testing

@testable import PollStage

/// When catalogues are asked for, and what stays if there is no answer.
@Suite struct CatalogueTurnsTests {
    @Test func `ten thousand services are taken over in one run, and the next writes none`() throws
    {
        let shelf = Shelf()
        try shelf.house { house in
            shelf.list(101...10_100)
            #expect(try house.poll(.catalogue)["new_services"] == 9_999)
            let before = try house.table("SELECT count(*), max(id) FROM catalogue_changes")
            let summary = try house.poll(.catalogue)
            #expect([summary["new_services"], summary["changed_services"]] == [0, 0])
            #expect(
                try house.table("SELECT count(*), max(id) FROM catalogue_changes") == before)
            shelf.change(5_000) { $0.rate = "1.05" }
            #expect(try house.poll(.catalogue)["changed_services"] == 1)
        }
    }

    @Test func `without an answer the waits grow, up to sync_every`()
        throws
    {
        try withHouse { request in
            request.field("action") == "services" ? .reply("maintenance") : .reply(balance)
        } _: { house, provider in
            func asked() -> Int { provider.requests.count { $0.field("action") == "services" } }
            house.clock.advance(seconds: 3_601)
            var waits: [Int] = []
            for minute in 0..<400 {
                let before = asked()
                try house.poll(nil)
                if asked() > before { waits.append(minute) }
                house.clock.advance(seconds: 60)
            }
            let gaps = zip(waits.dropFirst(), waits).map { $0 - $1 }
            // Five minutes, or as long as it has been overdue, at most an hour; to the next minute.
            let expected = [5...5, 5...6, 10...12, 20...24, 40...48]
            #expect(zip(expected, gaps).allSatisfy { $0.contains($1) }, "\(gaps)")
            #expect(gaps.dropFirst(5).allSatisfy { (60...61).contains($0) })
            #expect(try house.alerts() == [])
            house.clock.advance(seconds: 86_400)
            try house.poll(nil)
            house.clock.advance(seconds: 4_000)
            try house.poll(nil)
            #expect(try house.alerts().map { $0.prefix(17) } == ["catalogue_missing"])
        }
    }

    @Test func `backups follow the configuration, even if no provider answers`() throws {
        let backups = """
            catalogue:
              services:
                - {provider: alpha, service: "101", backups: [
                   {provider: beta, service: "7"}, {provider: beta, service: "8"}]}
                - {provider: alpha, service: "999", backups: [{provider: beta, service: "7"}]}
            """
        let dead = "http://127.0.0.1:9/api/v2"
        let house = try House(
            [Supplier("alpha", url: dead), Supplier("beta", url: dead)], also: backups)
        let kept = "SELECT * FROM service_backups ORDER BY service_id, rank"
        try house.poll()
        #expect(try house.table(kept) == ["101|1|beta|7", "101|2|beta|8"])
        try house.poll()
        try house.poll(.statuses, settings: house.settings(also: ""))
        #expect(try house.table(kept) == [])
        #expect(
            try house.catalogueChanges() == [
                "101|new|-|-|-", "201|new|-|-|-", "101|changed|backups|-|beta:7 beta:8",
                "101|changed|backups|beta:7 beta:8|-",
            ])
    }
}

private let balance = #"{"balance":"100","currency":"USD"}"#
