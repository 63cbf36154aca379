import Money
import Providers
import Testing
import Trade
import Transport

/// One bad item costs only itself: replies that are nearly JSON.
@Suite struct NearJSONTests {
    private static let good = #"{"status":"Completed","remains":"0"}"#

    /// A reply with one byte, 0xE9, at each `~`.
    private func latin(_ text: String) -> Finished {
        let body = text.utf8.map { $0 == UInt8(ascii: "~") ? 0xE9 : $0 }
        return Finished(tag: 0, ending: .replied(Reply(status: 200, body: body)))
    }

    @Test(arguments: [
        (#"{"status":"Partial","remains":NaN}"#, "Partial"),
        (#"{"status":"Partial","remains":Infinity}"#, "Partial"),
        (#"{"status":"Partial","remains":undefined}"#, "Partial"),
        (#"{"status":"Partial","remains":007}"#, "Partial"),
        (#"{"status":"Partial","note":"a\#tb"}"#, "Partial"),
        (#"{"status":"Partial","note":"a\x"}"#, "Partial"),
        (#"{"status":"Partial","note":"\ud800"}"#, "Partial"),
        (#"{"status":"Partial",}"#, "Partial"),
        (#"{"status":"Partial","status":"Completed"}"#, "error: no status"),
        (#"{"status":"Partial","note":"a "b" c"}"#, "unclear"),
        (#"{"status":"Partial","note":"a "b c"}"#, "unclear"),
        (#"{"status" "Partial"}"#, "unclear"),
        (#"{"status":"Partial","remains":}"#, "unclear"),
    ])
    func `a bad item in an answer about several costs no other`(item: String, says: String)
        throws
    {
        for position in 0...2 {
            var items = ["10", "11"].map { "\"\($0)\":\(Self.good)" }
            items.insert("\"12\":\(item)", at: position)
            let answers = try statuses(
                "{\(items.joined(separator: ","))}", of: ["10", "11", "12"])
            #expect(answers.prefix(2) == ["Completed", "Completed"])
            #expect(answers[2].hasPrefix(says), "\(answers)")

            var rows = ["10", "11"].map { #"{"order":\#($0),"x":\#(Self.good)}"# }
            rows = rows.map { $0.replacing(#""x":{"#, with: "").replacing("}}", with: "}") }
            rows.insert(
                #"{"order":12,"# + item.dropFirst(), at: position)
            let listed = try statuses("[\(rows.joined(separator: ","))]", of: ["10", "11", "12"])
            #expect(listed.prefix(2) == ["Completed", "Completed"])
            #expect(listed[2].hasPrefix(says), "\(listed)")
        }
    }

    @Test func `a key that occurs twice is believed in neither place`() throws {
        let twice = #"{"10":{"status":"Completed"},"11":\#(Self.good),"10":{"status":"Partial"}}"#
        let answers = try statuses(twice)
        #expect(answers[0].hasPrefix("unclear"))
        #expect(answers[1] == "Completed")
        #expect(placed(#"{"order":5,"order":6}"#) == .doubt)
    }

    @Test(arguments: [
        #"{"10":{"status":"Completed"},"11":{"status":"Par"#,
        #"{"10":{"status":"Completed"},"11":{"status":NaN}"#,
        #"{"10":{"status":"Completed"},"#, #"[{"order":10,"status":"Completed"},NaN"#,
        #"{"10":{"status":"Completed"}} and more"#,
    ])
    func `a reply that was cut short is not read, no matter how much of it is there`(body: String) {
        #expect(reason(endpoint.statuses(of: ["10", "11"], in: .reply(body))) == .unreadable)
    }

    @Test func `a byte of Latin-1 loses neither the reply nor its text`() throws {
        let row = #"{"service":1,"name":"Caf~","type":"Default","rate":"1","min":1,"max":2}"#
        let other = row.replacing(":1,\"name\":\"Caf~", with: ":2,\"name\":\"Thé")
        let catalogue = try endpoint.catalogue(in: latin("[\(row),\(other)]")).get()
        #expect(catalogue.entries.map(\.name) == ["Café", "Thé"])
        #expect(catalogue.unreadable.isEmpty)
        #expect(
            Verdict(PlacementOutcome(of: latin(#"{"order":5,"note":"~"}"#), from: endpoint))
                == .placed("5"))
        let balance = try endpoint.balance(in: latin(#"{"balance":"1","owner":"Ren~"}"#)).get()
        #expect(balance.amount == Amount(micros: 1_000_000))
    }

    @Test func `a bad row of a list of services is left out and named`() throws {
        func row(_ id: Int, _ name: String) -> String {
            #"{"service":\#(id),"name":"\#(name)","type":"Default","rate":"1","min":1,"max":2}"#
        }
        let body = "[\(row(1, "A")),\(row(2, #"5" screen"#)),\(row(3, "C"))]"
        let catalogue = try endpoint.catalogue(in: .reply(body)).get()
        #expect(catalogue.entries.map(\.service) == ["1", "3"])
        #expect(catalogue.unreadable.map(\.service) == ["2"])
        #expect(catalogue.namelessRows == 0)
        let nameless = "[\(row(1, "A")),{\"name\":\"5\" screen\",\"service\":2},\(row(3, "C"))]"
        #expect(try endpoint.catalogue(in: .reply(nameless)).get().namelessRows == 1)
    }

    @Test(arguments: [
        "\n<br />\n<b>Warning</b>:  Undefined variable $x in <b>/a.php</b> "
            + "on line <b>3</b><br />\n",
        "\nPHP Notice:  Undefined index: x", "Deprecated: Function x() is deprecated",
        "<br />\n<b>Fatal error</b>:  Allowed memory size",
    ])
    func `PHP's warnings after a reply do not spoil it`(warning: String) throws {
        #expect(placed(#"{"order":5}"# + warning) == .placed("5"))
        let lines = String(repeating: "Warning: Undefined array key [1] in /a[2].php\n", count: 20)
        #expect(placed(lines + #"{"order":5}"#) == .placed("5"))
        #expect(placed(lines + #"{"order":5}"# + warning) == .placed("5"))
        #expect(placed(#"{"data":{"order":5}"# + warning) == .doubt)
        #expect(placed(lines + #"{"data":{"order":5}"# + warning) == .doubt)
    }

    @Test func `a list that PHP wrote as an object with a gap is a list`() throws {
        let gap = #"{"0":{"order":10,"status":"Completed"},"2":{"order":11,"status":"Pending"}}"#
        #expect(try statuses(gap) == ["Completed", "Pending"])
        let refills = #"{"0":{"refill":1,"status":"Completed"},"3":{"refill":2,"status":"Error"}}"#
        #expect(
            try endpoint.refillStatuses(of: ["1", "2"], in: .reply(refills)).get()
                == ["1": .report(.completed), "2": .report(.unknown("Error"))])
    }

    @Test(arguments: ["service", "id", "service_id"])
    func `a list of services by index, under any name of the id`(name: String) throws {
        let rows = (1...1_500).map { index in
            #""\#(index * 2)":{"\#(name)":"\#(index)","name":"N","type":"Default","rate":"1","#
                + #""min":1,"max":2}"#
        }
        let catalogue = try endpoint.catalogue(
            in: .reply("{\(rows.joined(separator: ","))}")
        ).get()
        #expect(catalogue.entries.map(\.service) == (1...1_500).map(String.init))
        #expect(catalogue.entries.allSatisfy { $0.fault == nil })
    }

    @Test func `a list that cannot be understood is one message that names the keys`() {
        let rows = String(repeating: #"{"sid":1,"title":"N","price":"1"},"#, count: 5_002)
        for body in ["[\(rows.dropLast())]", #"{"list":[{"service":1}]}"#] {
            guard case .failure(let failure) = endpoint.catalogue(in: .reply(body)) else {
                Issue.record("it was read")
                continue
            }
            #expect(failure.reason == .unreadable)
            let keys = body.hasPrefix("[") ? "sid, title, price" : "list"
            #expect(failure.text.contains("the keys found are \(keys)"), "\(failure.text)")
        }
    }

    @Test func `a compressed reply and a redirect are reported as such`() {
        let compressed = Reply(status: 200, body: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        let moved = Reply(status: 301, body: Array("<html>Moved".utf8))
        for (reply, words) in [(compressed, "is compressed"), (moved, "as url in providers.yaml")] {
            let finished = Finished(tag: 0, ending: .replied(reply))
            guard case .failure(let failure) = endpoint.balance(in: finished) else {
                Issue.record("it was read")
                continue
            }
            #expect(failure.description.contains(words), "\(failure)")
        }
    }
}
