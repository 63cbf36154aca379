import BatchFiles
import Money
import Testing
import Trade

@testable import Ledger

@Suite struct ResellerViewTests {
    @Test func `nobody sees an order or a refill of another`() throws {
        let books = try Books()
        try books.add(acme, funds: "100")
        try books.add(zenith, funds: "100")
        let order = try books.placed("A-1")
        try books.settle(order, as: .completed)
        try books.verdict(of: acme, .refills, ref: "R-1") { try $0.requestRefill(of: order, $1) }
        try books.ledger.show(acme) { view throws in
            #expect(try view.order(order)?.ref == "A-1")
            #expect(try view.order(ref: "A-1")?.id == order)
            #expect(try view.refill(ref: "R-1")?.order == order)
            #expect(try view.openRefill(of: order)?.id == RequestID(1))
            #expect(try view.refill(RequestID(1))?.status == nil)
        }
        try books.ledger.show(zenith) { view throws in
            #expect(try view.order(order) == nil)
            #expect(try view.order(ref: "A-1") == nil)
            #expect(try view.refill(ref: "R-1") == nil)
            #expect(try view.refill(RequestID(1)) == nil)
            #expect(try view.openRefill(of: order) == nil)
        }
    }

    @Test func `a cancel is no refill`() throws {
        let books = try Books()
        try books.add(acme, funds: "100")
        let order = try books.placed("A-1")
        try books.verdict(of: acme, .cancels, ref: "C-1") { try $0.requestCancel(of: order, $1) }
        try books.ledger.show(acme) { view throws in
            #expect(try view.refill(RequestID(1)) == nil)
            #expect(try view.refill(ref: "C-1") == nil)
            #expect(try view.openRefill(of: order) == nil)
        }
    }

    @Test func `an order is found by its reference, however that is spelled`() throws {
        let books = try Books()
        try books.add(acme, funds: "100")
        let order = try books.accepted(" A  1")
        try books.ledger.show(acme) { view throws in
            for spelling in ["A 1", " A  1", "A\u{200B} 1 "] {
                #expect(try view.order(ref: spelling)?.id == order, "\(spelling)")
            }
            #expect(try view.order(ref: "a 1") == nil)
        }
    }

    /// A client takes an order that is not listed for one that does not exist.
    @Test func `the latest orders are listed however many the house took since`() throws {
        let books = try Books()
        try books.add(acme, funds: "100")
        try books.add(zenith, funds: "100")
        let mine = try ["A-1", "A-2", "A-3"].map { try books.accepted($0) }
        try books.ledger.show(zenith) { view throws in
            #expect(try view.latestOrders(9).isEmpty)
        }
        for near in [0, 1, 2, 3, 4] as [Int64] {
            try books.ledger.show(acme) { view throws in
                #expect(try view.latestOrders(2, near: near).map(\.id) == [mine[2], mine[1]])
                #expect(try view.latestOrders(9, near: near).map(\.id) == mine.reversed())
            }
            try books.ledger.show(zenith) { view throws in
                #expect(try view.latestOrders(9, near: near).isEmpty)
            }
        }
    }

    @Test func `an order says what its reseller needs to know`() throws {
        let books = try Books()
        try books.add(acme, funds: "100")
        let order = try books.placed("A-1")
        try books.settle(order, as: .partial(refund: amount("0.5")))
        let seen = try #require(try books.ledger.show(acme) { try $0.order(order) })
        #expect(seen.status == .partial)
        #expect(seen.netCharge == amount("1.5"))
        #expect(seen.type?.name == "Default")
        #expect(seen.billedUnits == 1_000)
    }

    @Test func `a reseller's own price decides what is sold to them`() throws {
        let books = try Books()
        try books.add(acme)
        try books.add(zenith)
        try books.deskVerdict(.prices) { draft, line in
            try draft.setPrice(Rate(micros: 1_000_000), of: ServiceID(1), for: acme, line)
        }
        for (user, sold) in [(acme, [2]), (zenith, [1, 2])] {
            try books.ledger.show(user) { view throws in
                var offers: [Int64] = []
                try view.forEachOffer(minProfit: .zero) { offers.append($0.service.rawValue) }
                #expect(offers == sold.map(Int64.init))
                let service = try #require(try view.service(ServiceID(1)))
                #expect(try view.isSold(service, minProfit: .zero) == sold.contains(1))
            }
        }
    }

    @Test func `somebody who is no user is sold nothing`() throws {
        let books = try Books()
        try books.ledger.show(acme) { view throws in
            #expect(try view.tariff() == nil)
            let service = try #require(try view.service(ServiceID(1)))
            #expect(try !view.isSold(service, minProfit: .zero))
            try view.forEachOffer(minProfit: .zero) { _ in Issue.record("something is sold") }
        }
    }
}
