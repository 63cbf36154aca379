import Money
import Providers
import Testing
import Trade
import Transport

/// The short cut for the usual answer about several orders.
@Suite struct PlainStatusTests {
    private static let ids = ["10", "11", "P-12"]
    private static let good =
        #"{"charge":"0.27819","start_count":"3572","status":"Partial","#
        + #""remains":"157","currency":"USD"}"#

    /// The answers by the short cut; nil if it leaves the reply to the other reader.
    private func plain(_ body: String, status: Int = 200) -> [String: Answer<StatusReport>]? {
        PlainStatuses.read(
            Reply(status: status, body: Array(body.utf8)), about: Self.ids, from: endpoint)
    }

    /// The answers by the reader of any shape; nil if there are none.
    private func anyShape(_ body: String) -> [String: Answer<StatusReport>]? {
        try? endpoint.statusesOfAnyShape(of: Self.ids, in: .reply(body)).get()
    }

    @Test(arguments: [
        #"{"10":G,"11":G,"P-12":G}"#, #"{"11":G,"10":G}"#, #"{"P-12":G}"#,
        "{ \"10\" : G ,\n\"11\":\t{\"status\":\"Pending\"} }\n",
        #"{"10":"Incorrect order ID","11":{"status":"Completed"},"P-12":null}"#,
        #"{"10":{"status":"In progress","order":"99","id":7,"link":"https://a.example/é"}}"#,
        #"{"10":{"status":"Pending","details":{"error":"no"},"list":[1,[2]]},"11":G}"#,
        #"{"10":{},"11":{"status":null},"P-12":{"status":""}}"#,
        #"{"10":{"status":false},"11":{"status":["Completed"]},"P-12":{"status":7}}"#,
        #"{"10":{"status":"error"},"11":{"status":"s3cret is the key"},"P-12":G}"#,
    ])
    func `plain replies are read as by the other reader`(body: String) throws {
        let body = body.replacing("G", with: Self.good)
        let read = try #require(plain(body))
        #expect(read == anyShape(body))
        #expect(read.count == Self.ids.count)
    }

    @Test(arguments: [
        "null", "true", "[]", "{}", #""""#, "0", "-0", "-3", "157", #""157""#, #""0157""#, "157.0",
        "157.5", "1.000", "1e3", "1.5e2", #"" 157 ""#, #""1,500""#, #""1,25""#, #""1.000""#,
        #""1.000.000""#, #""N/A""#, #""NaN""#, #"".5""#, #""5.""#, #"".""#, "0.27819",
        "0.278190000000001", "0.2781901", "123456789012", "1234567890123", "999999999999.999999",
        "9999999999999.999999", "99999999999999999999", #""+5""#, #""$5""#, #""5 USD""#, #""٣""#,
    ])
    func `every figure is read as by the other reader`(figure: String) throws {
        for name in ["remains", "charge", "start_count", "currency", "status"] {
            let other = name == "status" ? "" : #""status":"Partial","#
            let body = #"{"10":{\#(other)"\#(name)":\#(figure)},"11":\#(Self.good)}"#
            let read = try #require(plain(body))
            #expect(read == anyShape(body), "\(body)")
        }
    }

    @Test(arguments: ["usd", "US$", "€", "EURO", "null", "NULL", "", "U S D", "$"])
    func `every currency is read as by the other reader`(currency: String) throws {
        let body = #"{"10":{"status":"Partial","currency":"\#(currency)"},"11":\#(Self.good)}"#
        let read = try #require(plain(body))
        #expect(read == anyShape(body))
    }

    @Test(arguments: [
        #"[{"order":"10","status":"Pending"}]"#, #"{"data":{"10":G}}"#, #"{"10":G,"12":G}"#,
        #"{"10":G,"error":"Incorrect order ID"}"#, #"{"status":"success","10":G}"#, "{}",
        #"{"10":G,"10":G}"#, #"{"10":G} x"#, #"{"10":G"#, #"{"10":{"status":"A","status":"B"}}"#,
        #"{"10":{"status":"Pending","error":"no"}}"#, #"{"10":{"status":"Pending","runs":2}}"#,
        #"{"10":{"status":"Pending","posts":2}}"#, #"{"10":{"status":"Pending","orders":[]}}"#,
        #"{"10":{"status":"Pending","start_counter":2}}"#,
        #"{"10":{"status":"error","message":"no"}}"#, #"{"10":{"status":"Pend\u0069ng"}}"#,
        #"{"10":{"stat\u0075s":"Pending"}}"#, #"{"1\u0030":G}"#, #"{"10":{"\#u{FFFD}":"x"}}"#,
        "\u{FEFF}{\"10\":G}", "Warning: x\n{\"10\":G}", #"{"10.0":G}"#, "",
    ])
    func `what is not plain is left to the other reader`(body: String) {
        #expect(plain(body.replacing("G", with: Self.good)) == nil)
    }

    @Test(arguments: [301, 400, 401, 429, 500, 503])
    func `a reply with another status is never plain`(status: Int) {
        #expect(plain(#"{"10":\#(Self.good)}"#, status: status) == nil)
    }

    @Test func `a question about one id, or about one with a point, is never plain`() {
        let reply = Reply(status: 200, body: Array(#"{"10":\#(Self.good)}"#.utf8))
        #expect(PlainStatuses.read(reply, about: ["10"], from: endpoint) == nil)
        #expect(PlainStatuses.read(reply, about: ["10", "11.0"], from: endpoint) == nil)
    }
}
