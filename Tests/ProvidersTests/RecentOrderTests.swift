import Money
import Providers
import Testing
import Timestamps
import Trade
import Transport

/// Recent orders in the lists of providers, in any shape.
@Suite struct RecentOrderTests {
    private func moment(_ written: String) throws -> ListedMoment? {
        let row = #"[{"order":1,"created":\#(written)}]"#
        return try endpoint.recentOrders(in: .reply(row)).get()[0].placedAt
    }

    @Test(arguments: [
        (#""2026-11-23 10:00:00""#, "2026-11-23T10:00:00Z", false),
        (#""2026-11-23T10:00:00""#, "2026-11-23T10:00:00Z", false),
        (#""2026/11/23 10:00""#, "2026-11-23T10:00:00Z", false),
        (#""2026-11-23 10:00:00.123456""#, "2026-11-23T10:00:00Z", false),
        (#""23.11.2026 10:00""#, "2026-11-23T10:00:00Z", false),
        (#""23.11.2026, 10:00:30""#, "2026-11-23T10:00:30Z", false),
        (#""2026-11-23T10:00:00Z""#, "2026-11-23T10:00:00Z", true),
        (#""2026-11-23T10:00:00.000Z""#, "2026-11-23T10:00:00Z", true),
        (#""2026-11-23 10:00:00 UTC""#, "2026-11-23T10:00:00Z", true),
        (#""2026-11-23T10:00:00+03:00""#, "2026-11-23T07:00:00Z", true),
        (#""2026-11-23 10:00:00 -0530""#, "2026-11-23T15:30:00Z", true),
        ("1795428000", "2026-11-23T10:00:00Z", true),
        (#""1795428000""#, "2026-11-23T10:00:00Z", true),
        ("1795428000000", "2026-11-23T10:00:00Z", true),
    ])
    func `a moment is read in the usual shapes`(
        written: String, moment: String, isZoned: Bool
    ) throws {
        let read = try #require(try self.moment(written))
        #expect(read.moment.description == moment)
        #expect(read.isZoned == isZoned)
    }

    @Test(arguments: [
        #""11/23/2026 10:00""#, #""23/11/2026 10:00:00""#, #""2026-11-23""#, #""yesterday""#,
        #""2026-13-23 10:00:00""#, #""2026-11-23 10:00:00 MSK""#, #""2026-11-23 10:00:00+3""#,
        "12", "-1795428000", "null", #""""#, #""2 minutes ago""#, "1e9",
    ])
    func `a moment in any other shape is not read`(written: String) throws {
        #expect(try moment(written) == nil)
    }

    @Test(arguments: [
        ("2026-11-23T09:00:00Z", true, true), ("2026-11-23T08:59:59Z", true, false),
        ("2026-11-23T11:00:00Z", true, true), ("2026-11-23T11:00:01Z", true, false),
        ("2026-11-22 20:00:00", false, true), ("2026-11-22 19:59:59", false, false),
        ("2026-11-24 00:00:00", false, true), ("2026-11-24 00:00:01", false, false),
    ])
    func `an order sent at ten may be listed an hour off, or at ten in any zone`(
        written: String, isZoned: Bool, canBe: Bool
    ) throws {
        let ten = try #require(Timestamp(parsing: "2026-11-23T10:00:00Z"))
        let read = try #require(try moment("\"\(written)\""))
        #expect(read.isZoned == isZoned)
        #expect(read.canBe(between: ten, and: ten) == canBe)
        #expect(read.isBefore(ten) == (!canBe && read.moment < ten))
    }

    @Test(arguments: [
        #"{"77":{"service":"101","link":"a","quantity":5},"78":{"service":"101"}}"#,
        #"{"orders":{"77":{"service":"101","link":"a","quantity":5},"78":{"service":"101"}}}"#,
        #"{"status":"success","orders":[{"id":77,"service_id":101,"url":"a","count":"5"},"#
            + #"{"order_id":"78"}]}"#,
    ])
    func `orders are found in an object by their ids, and under other names`(body: String) throws {
        let orders = try endpoint.recentOrders(in: .reply(body)).get()
        #expect(orders.map(\.providerOrder) == ["77", "78"])
        #expect(orders[0].service == "101")
        #expect(orders[0].link == "a")
        #expect(orders[0].quantity == 5)
    }

    @Test(arguments: ["{}", "5", #"{"orders":"none"}"#, #"{"status":"success"}"#])
    func `a reply without a list is not an empty list`(body: String) {
        #expect(throws: ReplyFailure.self) {
            try endpoint.recentOrders(in: .reply(body)).get()
        }
    }
}
