import Run
import TestHouse
import Testing

@testable import PollStage

/// Services that providers list but nobody can order.
@Suite struct OddServiceTests {
    private let shelf = Shelf()

    private static let odd: [(row: Shelf.Row, fault: String)] = [
        (
            Shelf.Row(id: "7", type: "Live Stream"),
            "its type, Live Stream, cannot be ordered"
        ),
        (
            Shelf.Row(id: "7", rate: "0"),
            "its rate is 0; a price in catalogue.yaml sells it all the same"
        ),
        (
            Shelf.Row(id: "7", rate: #""8,999,999,999,999""#),
            "its rate, 8999999999999.000000, comes to more than can be counted"
        ),
        (Shelf.Row(id: "7", rate: "-1"), #"its rate is "-1"; it must be a price"#),
        (
            Shelf.Row(id: "7", bounds: #""min":5000,"max":100"#),
            "its min, 5000, is more than its max, 100"
        ),
        (
            Shelf.Row(id: "7", bounds: #""min":-5,"max":100"#),
            #"its min is "-5"; it must be a whole number"#
        ),
    ]

    @Test(arguments: odd.indices)
    func `a new service that makes no sense is known but not sold, and the report says why`(
        index: Int
    ) throws {
        let (row, fault) = Self.odd[index]
        try shelf.house { house in
            shelf.list([Shelf.Row(id: "101"), row, Shelf.Row(id: "8")])
            #expect(try house.poll(.catalogue)["new_services"] == 2)
            #expect(
                try house.table("SELECT id, enabled, fault FROM services ORDER BY id")
                    == ["7|0|\(fault)", "8|1|-", "101|1|-"])
            let new = try house.catalogueChanges().filter { $0.contains("|new|") }
            #expect(new.dropFirst() == ["7|new|fault|-|\(fault)", "8|new|-|-|-"])
            #expect(try house.exceptions() == [])
        }
    }

    @Test(arguments: odd.indices)
    func `a service is off sale until it makes sense again`(
        index: Int
    ) throws {
        let (row, fault) = Self.odd[index]
        try shelf.house { house in
            shelf.list([101, 7])
            try house.poll(.catalogue)
            let before = try house.shelf()
            shelf.list([Shelf.Row(id: "101"), row])
            try house.poll(.catalogue)
            #expect(
                try house.table("SELECT enabled, fault, offered_rate FROM services WHERE id = 7")
                    == ["0|\(fault)|-"])
            #expect(try house.catalogueChanges().contains("7|changed|fault|-|\(fault)"))
            shelf.list([101, 7])
            try house.poll(.catalogue)
            #expect(try house.shelf() == before)
        }
    }

    @Test func `a service that costs nothing is sold at the price that the operator sets`() throws {
        try shelf.house(
            also: #"catalogue: {services: [{provider: alpha, service: "7", price: "0.50"}]}"#
        ) { house in
            shelf.list([Shelf.Row(id: "101"), Shelf.Row(id: "7", rate: "0")])
            try house.poll(.catalogue)
            #expect(try house.shelf()[0] == "7|0|500000|1|-")
        }
    }

    @Test func `every change of a service is reported, with the old value`() throws {
        try shelf.house { house in
            shelf.list([101])
            try house.poll(.catalogue)
            let known = try house.catalogueChanges().count
            shelf.list([
                Shelf.Row(
                    id: "101", rate: "1.1", type: "custom_comments",
                    bounds: #""min":20,"max":2147483648,"dripfeed":1,"refill":1,"cancel":1"#,
                    name: "Views")
            ])
            #expect(try house.poll(.catalogue)["changed_services"] == 1)
            #expect(
                try house.catalogueChanges().dropFirst(known) == [
                    "101|changed|name|Likes|Views", "101|changed|type|Default|Custom Comments",
                    "101|changed|rate|1.000000|1.100000",
                    "101|changed|sale_rate|1.200000|1.320000", "101|changed|min|10|20",
                    "101|changed|max|1000|2147483647", "101|changed|dripfeed|false|true",
                    "101|changed|refill|false|true", "101|changed|cancel|false|true",
                ])
        }
    }
}
