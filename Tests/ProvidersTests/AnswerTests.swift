import Money
import Providers
import Testing
import Timestamps
import Trade
import Transport

@Suite struct AnswerTests {
    @Test(
        arguments: [
            ("Pending", OrderStatus.pending), ("Queued", .pending), ("Awaiting", .pending),
            ("Creating", .pending), ("Active", .pending),
            ("In progress", .inProgress), ("In Progress", .inProgress), ("Inprogress", .inProgress),
            ("INPROGRESS", .inProgress), ("IN_PROGRESS", .inProgress),
            ("Processing", .processing), ("PPROCESSING", .processing), ("processing", .processing),
            ("Completed", .completed), ("Complete", .completed), ("completed", .completed),
            ("Partial", .partial), ("PARTIALLY", .partial),
            ("Canceled", .canceled), ("Cancelled", .canceled), ("Refunded", .canceled),
            ("Refunds", .canceled),
        ]
            + ["Error", "Fail", "Rejected", "0", "5", "Expired", "Paused", "完成"].map {
                ($0, .unknown($0))
            })
    func `a status means what the trade means by it`(word: String, status: OrderStatus) {
        #expect(OrderStatus(word: word) == status)
    }

    @Test func `a word that can mean anything is reported as it is, and moves no money`() throws {
        #expect(try report(#"{"status":"Error","remains":"0"}"#).status == .unknown("Error"))
        #expect(try report(#"{"status":2}"#).status == .unknown("2"))
    }

    @Test func `a drip-feed order reports its runs and its orders`() throws {
        let body = #"{"status":"In progress","runs":"3","orders":["21",22,{"x":1}]}"#
        let report = try report(body)
        #expect(report.status == .inProgress)
        #expect(report.runs == 3)
        #expect(report.ordersMade == 3)
    }

    @Test(arguments: [
        ("Active", OrderStatus.pending), ("Paused", .pending), ("Completed", .completed),
        ("Expired", .partial), ("Canceled", .canceled), ("Frozen", .unknown("Frozen")),
    ])
    func `a subscription ends with the posts it served`(word: String, status: OrderStatus) throws {
        let body = #"{"status":"\#(word)","expiry":"24/12/2026","posts":"2","orders":[]}"#
        let report = try report(body)
        #expect(report.status == status)
        #expect(report.posts == 2)
        #expect(report.remains == nil)
    }

    @Test(arguments: [
        ("Pending", RefillStatus.pending), ("Awaiting", .pending), ("In progress", .inProgress),
        ("Completed", .completed), ("Rejected", .rejected), ("Refused", .rejected),
        ("Canceled", .canceled), ("Cancelled", .canceled), ("Error", .unknown("Error")),
    ])
    func `a refill's status means what the trade means by it`(
        word: String, status: RefillStatus
    ) throws {
        let reply = Finished.reply(#"{"status":"\#(word)"}"#)
        #expect(try endpoint.refillStatuses(of: ["5"], in: reply).get() == ["5": .report(status)])
    }

    @Test(arguments: [
        (Finished.reply("", status: 429), ReplyFailure.Reason.refused(.throttle)),
        (.reply(#"{"error":"Internal error"}"#, status: 500), .httpStatus(500)),
        (.reply(#"{"error":"Rate limit exceeded"}"#, status: 503), .refused(.throttle)),
        (.reply(#"{"error":"Invalid API key"}"#, status: 401), .refused(.auth)),
        (.reply(#"{"error":"Insufficient balance"}"#), .refused(.funds)),
        (.reply("<html>", status: 502), .httpStatus(502)),
        (.reply(#"{"balance":"5"}"#, status: 500), .httpStatus(500)),
        (.reply(#"{"balance":"5"}"#, status: 302), .httpStatus(302)),
        (.reply(#"{"funds":"5"}"#), .unreadable), (.reply("7"), .unreadable),
        (.reply(String(repeating: "[", count: 100_000)), .unreadable),
        (.reply(String(repeating: "x[", count: 100_000)), .unreadable),
        (
            Finished(tag: 0, ending: .failed(TransferFailure(sent: false, text: "no host"))),
            .notSent
        ),
        (Finished(tag: 0, ending: .failed(TransferFailure(sent: true, text: "late"))), .lost),
    ])
    func `a question without an answer fails by what must be done next`(
        finished: Finished, reason: ReplyFailure.Reason
    ) {
        guard case .failure(let failure) = endpoint.balance(in: finished) else {
            Issue.record("there is no balance in \(finished)")
            return
        }
        #expect(failure.reason == reason)
    }

    @Test func `a failed question says how long the provider asks us to stay away`() {
        for body in ["", "<html>", #"{"error":"Rate limit exceeded"}"#] {
            let answers = endpoint.statuses(
                of: ["10"], in: .reply(body, status: 503, retryAfter: 9))
            #expect(throws: ReplyFailure.self) { try answers.get() }
            if case .failure(let failure) = answers { #expect(failure.retryAfter == 9) }
        }
    }

    @Test func `a bad row of the catalogue spoils no other`() throws {
        let body = """
            [{"service":1,"name":"A","type":"Default","category":"X &amp; Y",
            "rate":"0.90","min":"10",
              "max":"5000","refill":true,"cancel":false,"dripfeed":1},
             {"service":1,"name":"B","type":"Default","rate":"1","min":1,"max":2},
             {"service":2,"name":"C","type":"Default","rate":"-1","min":1,"max":2},
             {"name":"D"}, 5,
             {"service":3,"name":"E","type":"Default","rate":1,"min":1,"max":null},
             {"service":4,"name":"F","type":"Package","rate":1.5,"min":1,"max":1}]
            """
        let catalogue = try endpoint.catalogue(in: .reply(body)).get()
        #expect(catalogue.entries.map(\.name) == ["A", "C", "E", "F"])
        #expect(
            catalogue.entries.map(\.fault) == [
                nil, #"its rate is "-1"; it must be a price"#,
                "its max is something else; it must be a whole number", nil,
            ])
        let first = try #require(catalogue.entries.first)
        #expect(first.category == "X & Y")
        #expect(first.rate == Rate(micros: 900_000))
        #expect([first.refill, first.cancel, first.dripfeed] == [true, false, true])
        #expect(
            catalogue.unreadable.map { "\($0.row): \($0.reason)" } == [
                "2: service 1 is listed above", "4: it has no service id",
                "5: it has no service id",
            ])
    }

    @Test func `recent orders are found in every list`() throws {
        let row =
            #"{"order":"77","service":101,"link":"https://a.example","quantity":"1,000","#
            + #""charge":"0.9","created":"2026-11-23 10:00:00"}"#
        for body in ["[\(row)]", #"{"orders":[\#(row),{"order":0}]}"#, #"{"data":[\#(row)]}"#] {
            let orders = try endpoint.recentOrders(in: .reply(body)).get()
            let order = try #require(orders.first)
            #expect(orders.count == 1)
            #expect(order.providerOrder == "77")
            #expect(order.service == "101")
            #expect(order.link == "https://a.example")
            #expect(order.quantity == 1_000)
            #expect(order.charge == Amount(micros: 900_000))
            #expect(order.placedAt?.moment == Timestamp(parsing: "2026-11-23T10:00:00Z"))
        }
    }
}
