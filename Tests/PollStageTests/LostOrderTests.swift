import BatchFiles
import Ledger
import LoopbackProvider
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import PollStage

/// What a provider's list says of an order that may have been sent at any moment since the restored
/// backup was made.
@Suite struct LostOrderTests {
    private static let link = "https://a.example/1"
    /// Orders of other clients, all from the last of three days.
    private static let others = (1...25).map { row(8_000 + $0, "https://a.example/o\($0)") }

    private static func row(
        _ id: Int, _ link: String = link, created: String = "2025-06-04 09:00:00"
    ) -> String {
        """
        {"order":\(id),"service":"101","link":"\(link)","quantity":1000,"created":"\(created)"}
        """
    }

    /// A house whose ledger of three days ago was restored, with an order that was not sent then.
    private func withLostOrder(
        _ rows: [String], _ body: (House) throws -> Void
    ) throws {
        try withHouse("inquiry: orders, not_found_grace: 3000") { request in
            request.field("action") == "orders"
                ? .reply("[\(rows.joined(separator: ","))]")
                : .statuses(request) { _ in status("Pending") }
        } _: { house, _ in
            try house.accept([Self.link])
            house.clock.advance(seconds: 3 * 86_400)
            let held = try house.ledger.hold(
                Gap(files: [], statusFiles: [:]),
                lastSeenIn: "\(house.folder.path)/generation", at: house.clock.wall.now())
            #expect(held == 1)
            try body(house)
        }
    }

    private func decideNotPlaced(in house: House) throws {
        try house.deskFile {
            try $0.decide(
                .notPlaced, on: OrderID(1), by: "anna", Line(.decisions, 1),
                asking: { _ in .orders })
        }
    }

    @Test(arguments: ["2025-06-01 12:00:00", "2025-06-03 12:00:00"])
    func `it is found, no matter when in the gap it was placed`(created: String) throws {
        try withLostOrder(Self.others + [Self.row(7_001, created: created)]) { house in
            try house.poll()
            #expect(try house.placements() == ["placed|7001"])
        }
    }

    @Test func `a row from before the gap is another order`() throws {
        try withLostOrder([Self.row(7_001, created: "2025-05-29 12:00:00")]) { house in
            try house.poll()
            #expect(try house.orderStates() == ["in_doubt"])
        }
    }

    @Test(arguments: [
        ("2025-06-02 12:00:00", "in_doubt"), ("2025-05-29 12:00:00", "accepted"),
    ])
    func `absence is believed if the list reaches back to the backup`(
        oldest: String, state: String
    ) throws {
        let list = Self.others + [Self.row(8_100, "https://a.example/x", created: oldest)]
        try withLostOrder(list) { house in
            try decideNotPlaced(in: house)
            house.clock.advance(seconds: 3_100)
            try house.poll()
            #expect(try house.orderStates() == [state])
        }
    }
}
