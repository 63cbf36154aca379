import BatchFiles
import Ledger
import StrictJSON
import Testing
import Trade

@testable import PanelAPI

@Suite struct CallOrderTests {
    /// Every field that a client may have, for any type of order.
    static let everything = [
        "link": "https://a.example/1", "quantity": "1000", "keywords": "k1\nk2",
        "comments": "c1\nc2\nc3", "usernames": "u1\nu2", "hashtags": "h1", "groups": "g1",
        "hashtag": "tag", "username": "acme", "media": "https://a.example/m",
        "answer_number": "2", "min": "100", "max": "200", "delay": "30", "posts": "3",
        "old_posts": "0", "expiry": "31/12/2026", "country": "DE", "device": "1",
        "type_of_traffic": "1", "google_keyword": "shoes",
    ]

    static func form(_ fields: [String: String]) throws -> CallForm {
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in fields { json.member(name, value) }
        json.endObject()
        return try CallForm(body: json.bytes)
    }

    static func order(
        _ fields: [String: String], _ type: String = "Default", drips: Bool = false,
        within limits: ClosedRange<Int64> = 1...5_000
    ) throws -> CallOrder {
        try CallOrder(
            form(fields), for: ServiceID(7), try #require(OrderType.named(type)), drips: drips,
            within: limits)
    }

    static func line(
        _ fields: [String: String], _ type: String = "Default", drips: Bool = false,
        ref: String? = nil
    ) throws -> String {
        let line = try order(fields, type, drips: drips).line(ref: ref)
        return String(decoding: line.object, as: UTF8.self)
    }

    @Test(arguments: OrderType.all.map(\.name))
    func `an order takes what its type takes, and leaves out the rest`(type: String) throws {
        let document = try JSONValue(parsing: Array(Self.line(Self.everything, type).utf8))
        guard case .object(let members) = document else { throw TradeError.incorrectRequest }
        let kind = try #require(OrderType.named(type))
        let wanted = (kind.required + kind.optional).map(\.rawValue)
            .filter { Self.everything[$0] != nil }
        #expect(members.map(\.key) == ["service"] + wanted)
    }

    @Test(arguments: OrderType.all)
    func `what an order lacks is named`(type: OrderType) throws {
        for parameter in type.required {
            var fields = Self.everything
            fields[parameter.rawValue] = " "
            #expect(throws: TradeError.missing(parameter)) {
                _ = try Self.order(fields, type.name)
            }
        }
    }

    @Test func `numbers are numbers, lists are lists, and a ref is kept`() throws {
        let fields = ["link": " https://a.example/1 ", "quantity": " 0100 "]
        #expect(
            try Self.line(fields, ref: "A-1")
                == #"{"ref":"A-1","service":7,"link":"https://a.example/1","quantity":100}"#)
        #expect(
            try Self.line(["link": "l", "comments": "['a', \"b's\"]"], "Custom Comments")
                == #"{"service":7,"link":"l","comments":["a","b's"]}"#)
        #expect(
            try Self.line(["link": "l", "comments": "[wow] a\\nb"], "Custom Comments Package")
                == #"{"service":7,"link":"l","comments":"[wow] a\\nb"}"#)
    }

    @Test(arguments: ["[]", "['', ' ']", "\u{200B}"])
    func `a list of nothing is no list`(comments: String) {
        #expect(throws: TradeError.bad(.comments)) {
            _ = try Self.order(["link": "l", "comments": comments], "Custom Comments")
        }
    }

    @Test(arguments: [
        ("quantity", "1e3"), ("quantity", "1000.0"), ("quantity", "1,000"), ("quantity", "-5"),
        ("quantity", "many"), ("quantity", "99999999999999999999"), ("link", "a\nb"),
        ("link", String(repeating: "l", count: 2_049)), ("runs", "x"), ("runs", "-1"),
        ("interval", "0.5"), ("interval", "525601"),
    ])
    func `a wrong value is named, and of the class "input"`(name: String, value: String) throws {
        var fields = ["link": "l", "quantity": "100", "runs": "2", "interval": "5"]
        fields[name] = value
        let parameter = try #require(Parameter(rawValue: name))
        #expect(throws: TradeError.bad(parameter)) { _ = try Self.order(fields, drips: true) }
    }

    @Test(arguments: [
        ("9", TradeError.tooFew(10)), ("0", .tooFew(10)), ("5001", .tooMany(5_000)),
    ])
    func `too few and too many are told with the limit`(quantity: String, error: TradeError) {
        #expect(throws: error) {
            _ = try Self.order(["link": "l", "quantity": quantity], within: 10...5_000)
        }
    }

    @Test(arguments: [
        (["runs": "0", "interval": "0"], ""), (["runs": "", "interval": ""], ""),
        (["interval": "30"], ""), (["runs": "1"], ""), (["runs": "1", "interval": "30"], ""),
    ])
    func `fields of a drip-feed that is none are left out`(
        fields: [String: String], rest: String
    ) throws {
        let order = fields.merging(["link": "l", "quantity": "100"]) { $1 }
        #expect(try Self.line(order) == #"{"service":7,"link":"l","quantity":100}"#)
    }

    @Test func `a drip-feed is sold where there is one, and else nothing`() throws {
        let fields = ["link": "l", "quantity": "100", "runs": "3", "interval": "30"]
        #expect(
            try Self.line(fields, drips: true)
                == #"{"service":7,"link":"l","quantity":100,"runs":3,"interval":30}"#)
        #expect(throws: TradeError.invalidRuns) { _ = try Self.order(fields) }
        // A type without drip-feed does not take it.
        #expect(
            try Self.line(fields, "Package") == #"{"service":7,"link":"l"}"#)
    }

    @Test func `parameters are checked against each other`() {
        var fields = Self.everything
        fields["min"] = "300"
        #expect(throws: TradeError.incorrectRequest) { _ = try Self.order(fields, "Subscriptions") }
        fields["referring_url"] = "https://a.example"
        #expect(throws: TradeError.incorrectRequest) { _ = try Self.order(fields, "Web Traffic") }
    }
}

@Suite struct PanelCallTests {
    private static func call(_ body: String, key: String? = nil) throws -> PanelCall {
        try PanelCall(CallForm(body: Array(body.utf8)), idempotencyKey: key)
    }

    @Test(arguments: [
        "", "refill=1", "action=", "action=Add", "action=order", "action=multiRefill",
    ])
    func `an action is never guessed`(body: String) {
        #expect(throws: TradeError.incorrectRequest) { _ = try Self.call(body) }
    }

    @Test(arguments: [
        ("order=5", ["5"], false), ("orders=5", ["5"], true), ("orders=1,2,1", ["1", "2"], true),
        ("order=1,2", ["1", "2"], true), ("orders=1%0A2%0D%0A+3", ["1", "2", "3"], true),
        ("orders=[1, '2']", ["1", "2"], true), ("order=5&orders=6", ["6"], true),
        ("", [""], false), ("order=x", ["x"], false), ("orders=1,x", ["1", "x"], true),
    ])
    func `ids are read as they are sent`(body: String, texts: [String], isList: Bool) throws {
        guard case .status(let ids) = try Self.call("action=status&\(body)") else {
            throw TradeError.incorrectRequest
        }
        #expect(ids.texts == texts)
        #expect(ids.isList == isList)
    }

    @Test func `two hundred ids are answered, and no more`() throws {
        let ids = (1...200).map(String.init).joined(separator: ",")
        #expect(throws: Never.self) { _ = try Self.call("action=status&orders=\(ids)") }
        #expect(throws: TradeError.incorrectRequest) {
            _ = try Self.call("action=status&orders=\(ids),201")
        }
        let long = String(repeating: "9", count: 65)
        #expect(throws: TradeError.incorrectRequest) {
            _ = try Self.call("action=status&order=\(long)")
        }
    }

    @Test(arguments: [
        ("ref=A-1", nil, "A-1"), ("", "\"k 1\"", "k 1"), ("", " k1 ", "k1"), ("ref=A", "K", "A"),
        ("ref=", "K", "K"), ("", "\"\"", nil), ("", nil, nil),
    ])
    func `a ref comes as a field or as a header`(
        body: String, header: String?, ref: String?
    ) throws {
        guard case .add(_, let found) = try Self.call("action=add&\(body)", key: header) else {
            throw TradeError.incorrectRequest
        }
        #expect(found == ref)
    }

    @Test(arguments: ["a%0Ab", "%E2%80%8B", String(repeating: "r", count: 257)])
    func `a ref must be one line that shows something`(ref: String) {
        #expect(throws: TradeError.incorrectRequest) {
            _ = try Self.call("action=add&ref=\(ref)")
        }
    }

    @Test func `what changes something is an order`() throws {
        for (action, isOrder) in [
            ("add", true), ("refill", true), ("cancel", true), ("status", false),
            ("balance", false), ("services", false), ("refill_status", false),
            ("orders", false),
        ] {
            let call = try Self.call("action=\(action)&order=1&refill=1")
            #expect(call.action.isQuestion != isOrder)
            #expect(call.action.rawValue == action)
        }
    }
}
