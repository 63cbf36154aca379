import Money
import Providers
import Testing
import Trade
import Transport

/// The quirks of provider-api.md §7 in answers about orders and refills, by their numbers.
@Suite struct StatusQuirkTests {
    @Test func `2: any number may be a string`() throws {
        let strings = try report(
            #"{"charge":"0.27819","start_count":"3572","status":"Partial","remains":"157"}"#)
        let numbers = try report(
            #"{"charge":0.27819,"start_count":3572,"status":"Partial","remains":157}"#)
        #expect(strings == numbers)
        #expect(strings.charge == Amount(micros: 278_190))
        #expect(strings.startCount == 3_572)
        #expect(strings.remains == 157)
    }

    @Test(arguments: [
        ("null", nil), (#""""#, nil), (#""Unknown""#, nil), (#""N/A""#, nil), ("-3", nil),
        ("0", 0), (#""1,500""#, 1_500), ("157.0", 157), ("157.5", nil), ("999999", 999_999),
    ])
    func `4: unknown remains are not known`(value: String, remains: Int64?) throws {
        #expect(try report(#"{"status":"Partial","remains":\#(value)}"#).remains == remains)
        #expect(try report(#"{"status":"Partial"}"#).remains == nil)
    }

    @Test(arguments: [
        (#""start_count":null"#, nil), (#""start_count":"""#, nil),
        (#""start_count":"Unknown""#, nil), (#""start_counter":"12""#, 12),
    ])
    func `5: a start count under either name, or unknown`(field: String, count: Int64?) throws {
        #expect(try report(#"{"status":"Pending",\#(field)}"#).startCount == count)
    }

    @Test func `6: a charge may be null, absent, or in another currency`() throws {
        #expect(try report(#"{"status":"Pending","charge":null}"#).charge == nil)
        #expect(try report(#"{"status":"Pending"}"#).currency == nil)
        let rupees = try report(#"{"status":"Pending","charge":"83.1","currency":"inr"}"#)
        #expect(rupees.charge == Amount(micros: 83_100_000))
        #expect(rupees.currency?.code == "INR")
    }

    @Test(arguments: [
        #"{"10":{"status":"Completed"},"11":{"status":"Pending"}}"#,
        #"{"status":"success","data":{"10":{"status":"Completed"},"11":{"status":"Pending"}}}"#,
        #"[{"order":11,"status":"Pending"},{"order":"10","status":"Completed"}]"#,
        #"[{"10":{"status":"Completed"}},{"11":{"status":"Pending"}}]"#,
        #"[{"status":"Completed"},{"status":"Pending"}]"#,
    ])
    func `9: several statuses in every shape`(body: String) throws {
        #expect(try statuses(body) == ["Completed", "Pending"])
    }

    @Test(arguments: [
        #"[{"status":"Completed"}]"#,
        #"[{"status":"Completed"},{"status":"Pending"},{"status":"Pending"}]"#,
        #"[{"order":12,"status":"Completed"},{"status":"Pending"}]"#,
        #"{"status":"Completed"}"#, "[]", "{}",
        #"[{"order":10,"status":"Completed"},{"order":10,"status":"Canceled"}]"#,
    ])
    func `9: by position only if the count agrees and no answer says an id`(body: String) throws {
        #expect(try statuses(body) == ["missing", "missing"])
    }

    @Test(arguments: [
        #"{"charge":"1","status":"Pending"}"#, #"[{"status":"Pending"}]"#,
        #"{"10":{"status":"Pending"}}"#, #"{"data":{"status":"Pending"}}"#,
        #"{"order":10,"status":"Pending"}"#, #"[{"10":{"status":"Pending"}}]"#,
    ])
    func `9: one status in every shape`(body: String) throws {
        #expect(try statuses(body, of: ["10"]) == ["Pending"])
    }

    @Test func `9: the status of another order is not believed`() throws {
        #expect(try statuses(#"{"order":12,"status":"Canceled"}"#, of: ["10"]) == ["missing"])
    }

    @Test func `10: a bad id as a bare string`() throws {
        let body = #"{"10":"Incorrect order ID","11":{"error":"Gesperrt"}}"#
        #expect(try statuses(body) == ["not found", "error: Gesperrt"])
        #expect(try statuses(#"["Incorrect order ID"]"#, of: ["10"]) == ["not found"])
    }

    @Test func `11: an id that is left out has no answer`() throws {
        #expect(try statuses(#"{"11":{"status":"Pending"}}"#) == ["missing", "Pending"])
    }

    @Test func `12: more than 100 ids are never asked at once`() {
        #expect(Action.idsPerCall == 100)
        let ids = (1...100).map(String.init)
        let cut = ids.prefix(50).map { #""\#($0)":{"status":"Pending"}"# }.joined(separator: ",")
        let answers = try? endpoint.statuses(of: ids, in: .reply("{\(cut)}")).get()
        #expect(answers?.count == 100)
        #expect(answers?.values.count { $0 == .missing } == 50)
    }

    @Test func `13: a top-level error fails the batch only on its own`() throws {
        let beside = #"{"error":"Incorrect order ID","10":{"status":"Pending"}}"#
        #expect(try statuses(beside) == ["Pending", "missing"])
        let alone = endpoint.statuses(
            of: ["10", "11"], in: .reply(#"{"error":"Invalid API key"}"#))
        #expect(throws: ReplyFailure.self) { try alone.get() }
    }

    @Test func `17: an unknown order differs from every other complaint`() throws {
        #expect(try statuses(#"{"error":"Incorrect order ID"}"#, of: ["10"]) == ["not found"])
        #expect(try statuses(#"{"error":"Nope"}"#, of: ["10"]) == ["error: Nope"])
        let key = endpoint.statuses(of: ["10"], in: .reply(#"{"error":"Incorrect API key"}"#))
        #expect(reason(key) == .refused(.auth))
    }

    @Test(arguments: [
        #"{"order":10,"cancel":1}"#, #"[{"order":10,"cancel":"1"}]"#, #"{"cancel":true}"#,
        #"{"10":"accepted"}"#, #"{"10":{"cancel":8841}}"#, #"{"status":"success"}"#,
        #"[{"order":"10","cancel":"accepted"}]"#, #"{"success":true}"#,
    ])
    func `18: a cancel is accepted in every form`(body: String) throws {
        let answers = try endpoint.cancels(of: ["10"], in: .reply(body)).get()
        #expect(answers == ["10": .report(Acceptance())])
    }

    @Test(arguments: [
        (#"[{"order":10,"cancel":{"error":"Incorrect order ID"}}]"#, Answer<Acceptance>.notFound),
        (#"{"10":"Too late"}"#, .error("Too late")),
        (#"{"10":{"error":"Too late"}}"#, .error("Too late")),
        ("{}", .missing), (#"{"cancel":0}"#, .error("0")),
        (#"{"cancel":false}"#, .error("not accepted")),
        (#"{"error":"Too late"}"#, .error("Too late")), (#"{"order":12,"cancel":1}"#, .missing),
        (#"{"order":10,"cancel":"rejected"}"#, .error("rejected")),
    ])
    func `18: a cancel that is not accepted says so`(body: String, answer: Answer<Acceptance>)
        throws
    {
        #expect(try endpoint.cancels(of: ["10"], in: .reply(body)).get() == ["10": answer])
    }

    @Test(arguments: [
        #"{"1":{"status":"Completed"},"3":{"error":"Refill not found"}}"#,
        #"{"3":"Refill not found","1":"Completed"}"#,
        #"[{"refill":3,"status":{"error":"Refill not found"}},{"refill":1,"status":"Completed"}]"#,
    ])
    func `19: refill statuses as an object or a list`(body: String) throws {
        let answers = try endpoint.refillStatuses(of: ["1", "3"], in: .reply(body)).get()
        #expect(answers == ["1": .report(.completed), "3": .notFound])
    }

    @Test func `20: several refills are matched by id or not at all`() throws {
        let byID = #"[{"order":3,"refill":{"error":"Busy"}},{"order":1,"refill":77}]"#
        let answers = try endpoint.refills(of: ["1", "3"], in: .reply(byID)).get()
        #expect(answers == ["1": .report(Acceptance(refill: "77")), "3": .error("Busy")])
        let byPosition = #"[{"refill":77},{"refill":78}]"#
        #expect(
            try endpoint.refills(of: ["1", "3"], in: .reply(byPosition)).get()
                == ["1": .missing, "3": .missing])
        #expect(
            try endpoint.refills(of: ["1"], in: .reply(#"{"refill":"77"}"#)).get()
                == ["1": .report(Acceptance(refill: "77"))])
    }
}
