import Money
import Providers
import Testing
import Trade
import Transport

/// The quirks of provider-api.md §7 in any reply and request, by their numbers.
@Suite struct ReplyQuirkTests {
    @Test(arguments: [
        (#"{"order":23501}"#, "23501"), (#"{"order":"23501"}"#, "23501"),
        (#"{"order":"65f0c2ab-9"}"#, "65f0c2ab-9"), (#"{"order":4294967296123}"#, "4294967296123"),
        (#"{"order":123456789012345678901234567890}"#, "123456789012345678901234567890"),
        (#"{"order_id":5}"#, "5"), (#"{"id":"5"}"#, "5"), (#"{"data":{"order":5}}"#, "5"),
    ])
    func `1: an order id of any form and name`(body: String, id: String) {
        #expect(placed(body) == .placed(id))
    }

    @Test(arguments: [
        ("1,234.50000", 1_234_500_000), ("1,234,567", 1_234_567_000_000), ("12.5", 12_500_000),
        ("-1,000.5", -1_000_500_000), ("1e-5", 10), ("0.0000001", 1),
        ("1,23", nil), ("0,278", nil), ("1234,567", nil), ("1.234,50", nil), (",100", nil),
        ("", nil), ("12 USD", nil),
    ])
    func `3: thousands separators, and no other commas`(text: String, micros: Int64?) {
        let balance = try? endpoint.balance(in: .reply(#"{"balance":"\#(text)"}"#)).get()
        #expect(balance?.amount.micros == micros)
    }

    @Test func `14: success and error as a status of the reply`() {
        #expect(placed(#"{"status":"success","order":5}"#) == .placed("5"))
        #expect(
            placed(#"{"status":"error","message":"Incorrect service ID"}"#) == .refused(.service))
        let balance = endpoint.balance(in: .reply(#"{"status":"error","message":"user_inactive"}"#))
        #expect(reason(balance) == .refused(.auth))
    }

    @Test(arguments: [
        ("<!DOCTYPE html><html>Maintenance {soon}</html>", ReplyFailure.Reason.html),
        ("", .empty), (" \r\n", .empty), ("\u{FEFF}", .empty), ("Maintenance", .unreadable),
        (#"{"balance":"1""#, .unreadable),
        ("Warning: x\n{\"data\":{\"balance\":\"1\"}", .unreadable),
        (#"{"data":{"balance":"1"}"#, .unreadable), (#"{"balance":"1"} ok"#, .unreadable),
        (#"{"a":1}{"balance":"1"}"#, .unreadable),
    ])
    func `16: what is not JSON is not read as JSON`(body: String, expected: ReplyFailure.Reason) {
        #expect(reason(endpoint.balance(in: .reply(body))) == expected)
    }

    @Test(arguments: [
        "\u{FEFF}", " \r\n\t",
        "<br />\n<b>Warning</b>: Undefined array key in <b>/a[1].php</b><br />\n",
        "Notice: trying {x} in a.php on line 3 ",
    ])
    func `16: JSON after a BOM or a PHP warning is read`(prefix: String) throws {
        let balance = try endpoint.balance(in: .reply(prefix + #"{"balance":"1"}"# + "\n")).get()
        #expect(balance.amount == Amount(micros: 1_000_000))
    }

    @Test(arguments: [
        (#""currency":"EUR""#, "EUR"), (#""currency":"usdt""#, "USDT"), (#""currency":"$""#, nil),
        (#""currency":null"#, nil), (#""x":1"#, nil), (#""currency":"INR\u00a0""#, "INR"),
        (#""currency":" € ""#, "EUR"), (#""currency":"null""#, nil),
    ])
    func `21: a currency is read as it is written, or not at all`(field: String, code: String?)
        throws
    {
        let balance = try endpoint.balance(in: .reply(#"{"balance":100.84292,\#(field)}"#)).get()
        #expect(balance.amount == Amount(micros: 100_842_920))
        #expect(balance.currency?.code == code)
    }

    @Test func `23: a comment's line breaks arrive as they were written`() {
        let add = Action.add(service: "1", parameters: [("comments", "a\nb\\nc")])
        let body = String(decoding: endpoint.call(add).body, as: UTF8.self)
        #expect(body.hasSuffix("&comments=a%0Ab%5Cnc"))
    }
}
