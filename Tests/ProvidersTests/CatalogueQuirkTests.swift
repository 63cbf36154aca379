import Money
import Providers
import Testing
import Trade
import Transport

/// The quirks of provider-api.md §7 in lists of services, by their numbers.
@Suite struct CatalogueQuirkTests {
    @Test(arguments: [
        ("true", true), ("1", true), (#""1""#, true), (#""true""#, true), (#""yes""#, true),
        ("false", false), ("0", false), (#""no""#, false), ("null", false), (#""?""#, false),
    ])
    func `7: flags in every form`(value: String, flag: Bool) throws {
        let bounds = #""min":1,"max":2"#
        let all = try entry(
            #"\#(bounds),"refill":\#(value),"cancel":\#(value),"dripfeed":\#(value)"#)
        #expect([all.refill, all.cancel, all.dripfeed] == [flag, flag, flag])
        #expect(try entry(#"\#(bounds),"drip_feed":\#(value)"#).dripfeed == flag)
        #expect(try entry(bounds).refill == false)
    }

    @Test func `8: a type is kept as it is spelled`() throws {
        let body = #"[{"service":1,"name":"N","type":"CUSTOM_COMMENTS","rate":1,"min":1,"max":1}]"#
        #expect(
            try endpoint.catalogue(in: .reply(body)).get().entries.map(\.type) == [
                "CUSTOM_COMMENTS"
            ])
    }

    @Test func `15: an empty catalogue as a sentence, a list inside an object`() throws {
        let empty = #"{"status":"success","data":"Empty Data"}"#
        for body in [empty, "[]"] {
            let catalogue = try endpoint.catalogue(in: .reply(body)).get()
            #expect(catalogue.entries.isEmpty && catalogue.unreadable.isEmpty)
        }
        let row = #"{"service":"9","name":"N","type":"Default","rate":"1","min":1,"max":2}"#
        for list in [#"{"services":[\#(row)]}"#, #"{"status":"success","data":[\#(row)]}"#] {
            #expect(try endpoint.catalogue(in: .reply(list)).get().entries.map(\.service) == ["9"])
        }
        #expect(reason(endpoint.catalogue(in: .reply(#"{"data":"Out of memory"}"#))) == .unreadable)
    }

    @Test func `22: rates of zero and of billions, and thousands of services`() throws {
        let rows = (1...7_319).map { id in
            let rate = id == 1 ? "0" : id == 2 ? "120,481,927,710" : "0.9000001"
            return
                #"{"service":\#(id),"name":"N","type":"Default","rate":"\#(rate)","min":1,"max":2}"#
        }
        let catalogue = try endpoint.catalogue(
            in: .reply("[" + rows.joined(separator: ",") + "]")
        ).get()
        #expect(catalogue.entries.count == 7_319)
        #expect(catalogue.unreadable.isEmpty)
        #expect(
            catalogue.entries.prefix(3).map(\.rate?.micros) == [
                0, 120_481_927_710_000_000, 900_001,
            ])
    }

    @Test func `24: bounds with separators, and bounds that make no sense`() throws {
        let wide = try entry(#""min":"1,000","max":2147483647"#)
        #expect(wide.min == 1_000)
        #expect(wide.max == 2_147_483_647)
        let senseless = try entry(#""min":100,"max":10"#)
        #expect([senseless.min, senseless.max] == [100, 10])
        #expect(try entry(#""min":1,"max":"99,999,999,999""#).max == 2_147_483_647)
    }

    @Test(arguments: [
        (#""type":"D","rate":1,"min":1,"max":1"#, "it has no name"),
        (#""name":"N","rate":1,"min":1,"max":1"#, "it has no type"),
        (
            #""name":"N","type":"D","rate":"?","min":1,"max":1"#,
            #"its rate is "?"; it must be a price"#
        ),
        (
            #""name":"N","type":"D","rate":"9e30","min":1,"max":1"#,
            #"its rate is "9e30"; it must be a price"#
        ),
        (
            #""name":"N","type":"D","rate":-1,"min":1,"max":1"#,
            #"its rate is "-1"; it must be a price"#
        ),
        (
            #""name":"N","type":"D","rate":1,"min":"-5","max":[]"#,
            #"its min is "-5"; it must be a whole number"#
        ),
        (
            #""name":"N","type":"D","rate":1,"min":1,"max":[]"#,
            "its max is something else; it must be a whole number"
        ),
    ])
    func `a row that makes no sense is a service with a fault, and spoils no other`(
        members: String, fault: String
    ) throws {
        let good = #"{"service":2,"name":"N","type":"D","rate":1,"min":1,"max":1}"#
        let catalogue = try endpoint.catalogue(
            in: .reply(#"[{"service":1,\#(members)},{"service":[]},\#(good),\#(good)]"#)
        ).get()
        #expect(catalogue.entries.map(\.service) == ["1", "2"])
        #expect(catalogue.entries.map(\.fault) == [fault, nil])
        #expect(
            catalogue.unreadable.map { "\($0.row): \($0.reason)" }
                == ["2: it has no service id", "4: service 2 is listed above"])
    }

    @Test(arguments: [
        ("\u{1F600} IG \u{2764}\u{FE0F}", "\u{1F600} IG \u{2764}\u{FE0F}"), ("متابعين", "متابعين"),
        ("Likes &amp; Views &lt;3 &#39;A&#x27; &quot;&apos;", "Likes & Views <3 'A' \"'"),
        ("&amp;lt; &copy; &#0; &#xD800; & &;", "&lt; &copy;   &#xD800; & &;"),
        (#"a\u0000b\tc\nd\u202Ee"#, "a b c de"),
    ])
    func `25: names are readable text`(name: String, shown: String) throws {
        let body = #"[{"service":1,"name":"\#(name)","type":"D","rate":1,"min":1,"max":1}]"#
        #expect(try endpoint.catalogue(in: .reply(body)).get().entries.map(\.name) == [shown])
    }

    @Test func `25: names of thousands of characters are cut`() throws {
        let name = String(repeating: "e\u{301}", count: 5_000)
        let body = #"[{"service":1,"name":"\#(name)","type":"D","rate":1,"min":1,"max":1}]"#
        let entries = try endpoint.catalogue(in: .reply(body)).get().entries
        #expect(entries.map { $0.name.unicodeScalars.count } == [300])
    }
}
