import TestHouse
import Testing

@testable import IngestStage

/// What people type in batches and desk files, as ingest takes it.
@Suite struct TypedTextTests {
    private func order(_ link: String, ref: String, service: Int = 101) -> String {
        #"{"ref": "\#(ref)", "service": \#(service), "link": "\#(link)", "quantity": 100}"#
    }

    @Test(arguments: [
        "https://www.instagram.com/p/AbC/", "http://instagram.com/p/AbC",
        "HTTPS://INSTAGRAM.com/p/AbC",
        "https://instagram.com/p/AbC/?igsh=MzRl", "instagram.com/p/AbC",
        "https://instagram.com:443/p/AbC",
        " https://instagram.com/p/AbC\\u200b",
        "https://instagram.com/p/AbC?utm_source=x&utm_medium=y#",
    ])
    func `with reject, an open order for a page rejects another`(link: String) throws {
        let house = try House.stocked("intake: {min_free_bytes: 0}\nduplicate_links: reject")
        try house.add()
        let first = try house.drop(
            #"{"orders": [\#(order("https://instagram.com/p/AbC", ref: "A"))]}"#, as: "one.json")
        #expect(first.verdicts() == ["accepted"])
        #expect(try house.verdict(on: order(link, ref: "B")) == "DUPLICATE_LINK")
        #expect(try house.verdict(on: order("https://instagram.com/p/abc", ref: "C")) == "accepted")
        #expect(try house.verdict(on: order(link, ref: "D", service: 201)) == "accepted")
        try house.expectSound()
    }

    @Test func `the house chooses which parameters tell pages apart`() throws {
        let house = try House.stocked(
            """
            intake: {min_free_bytes: 0}
            duplicate_links: reject
            links: {tracking_parameters: [ref*]}
            """)
        try house.add()
        let verdicts = try ["?v=1", "?v=1&ref=2", "?v=1&igsh=2", "?refid=7"].enumerated().map {
            try house.verdict(on: order("https://a.example/\($1)", ref: "\($0)"))
        }
        #expect(verdicts == ["accepted", "DUPLICATE_LINK", "accepted", "accepted"])
    }

    @Test func `a link is kept as written, without the spaces around it`() throws {
        let house = try House.stocked()
        try house.add()
        let link = #" \u00a0HTTP://www.A.example/X/?igsh=1\ufeff "#
        #expect(try house.verdict(on: order(link, ref: "A")) == "accepted")
        #expect(
            try house.table("SELECT link || '|' || link_key FROM orders")
                == ["HTTP://www.A.example/X/?igsh=1|https://a.example/X"])
    }

    @Test(arguments: [
        " ", #"\u00a0"#, #"\u200b\u200d"#, #"\ufeff"#, #"\u3164"#, #"\u2800 "#, #"\u202e\u202c"#,
        #"\u00ad"#,
    ])
    func `invisible text is no link, no ref, no method and no reference`(text: String) throws {
        let house = try House.stocked()
        try house.add()
        #expect(try house.verdict(on: order(text, ref: "A")) == "BAD_VALUE")
        #expect(try house.verdict(on: order("https://a.example", ref: text)) == "BAD_VALUE")
        for (method, reference) in [(text, "TX-1"), ("bank", text)] {
            let line =
                #"{"user": "acme", "method": "\#(method)", "reference": "\#(reference)", "#
                + #""amount": 1}"#
            #expect(try house.verdict(on: line, in: "deposits", by: "desk") == "BAD_VALUE")
        }
        let receipt = try house.drop(
            #"{"orders": [{"service": 101, "link": "\#(text)", "quantity": 100}]}"#, as: "why.json")
        #expect(
            receipt.lines()[0]["detail"]
                == "link shows nothing: it holds only blanks or invisible characters")
    }

    @Test(arguments: [
        #"one\rtwo"#, #"one\r\ntwo"#, #"one\n\rtwo\r\n"#, #"one\u2028two"#, #"one\u0085two"#,
        #"one\\ntwo"#,
        #"one\\r\\ntwo"#, #"one\n\u200b\ntwo\n \u3000\n"#, #"\r\rone\r\r\rtwo"#,
    ])
    func `each line is a comment, and an invisible line is none`(comments: String) throws {
        let house = try House.stocked()
        try house.add()
        // 104 is Custom Comments: as many units as comments.
        let line = #"{"service": 104, "link": "https://a.example", "comments": "\#(comments)"}"#
        let receipt = try house.drop(#"{"orders": [\#(line)]}"#, as: "one.json")
        #expect(receipt.verdicts() == ["accepted"])
        #expect(
            try house.table("SELECT billed_units || ' ' || (parameters ->> 'comments') FROM orders")
                == ["2 one\ntwo"])
    }

    @Test(arguments: [("usernames", 106), ("hashtags", 107), ("keywords", 103), ("groups", 115)])
    func `every list is split into lines the same way`(key: String, service: Int) throws {
        let house = try House.stocked()
        try house.add()
        let rest = key == "hashtags" ? #", "usernames": ["a"]"# : ""
        let line =
            #"{"service": \#(service), "link": "a", "quantity": 1, "\#(key)": ["x\ry", "#
            + #""\u200b"]\#(rest)}"#
        let receipt = try house.drop(#"{"orders": [\#(line)]}"#, as: "one.json")
        #expect(receipt.verdicts() == ["accepted"], "\(receipt.lines()[0]["detail"] ?? "")")
        #expect(try house.table("SELECT parameters ->> '\(key)' FROM orders") == ["x\ny"])
    }

    @Test(arguments: [
        ([0xEF, 0xBB, 0xBF] + Array("{}".utf8), "byte order mark"),
        ([0xFF, 0xFE, 0x7B, 0, 0x7D, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x7B, 0, 0x7D], "UTF-16"),
        ([0x7B, 0, 0x7D, 0], "UTF-16"),
        (Array("ref,service,link\nA,101,x\n".utf8), "a table (CSV)"),
        (Array("\"ref\";\"service\"\r\n\"A\";101\r\n".utf8), "a table (CSV)"),
        (Array("ref\tservice\nA\t101\n".utf8), "a table (CSV)"),
        (Array("PK\u{3}\u{4}xl/".utf8), "workbook"),
        (Array("<html></html>".utf8), "HTML"), ([0x1F, 0x8B, 8, 0], "compressed"),
    ])
    func `the receipt of a file that is not JSON says what the file is`(
        bytes: [UInt8], word: String
    ) throws {
        let house = try House.stocked()
        try house.add()
        house.put(bytes, as: "orders.json")
        try house.ingest()
        let receipt = try house.receipt(of: "orders.json")
        #expect(receipt.reason == "BAD_JSON")
        #expect(receipt["detail"]?.contains(word) == true, "\(receipt["detail"] ?? "")")
        #expect(receipt["detail"]?.contains("nothing was done") == true)
    }

    @Test func `a mistake in JSON is reported with its place`() throws {
        let house = try House.stocked()
        try house.add()
        for text in ["{\"orders\": [1,]}", "[1, 2]", "{\"a\" 1}"] {
            let receipt = try house.drop(text)
            #expect(receipt["detail"]?.contains("CSV") == false, "\(receipt["detail"] ?? "")")
        }
    }

    @Test func `a currency may be in upper or lower case, and an unknown one is named`() throws {
        let house = try House.stocked(
            "intake: {min_free_bytes: 0}\nexchange_rates: {EUR: \"1.08\"}")
        try house.add(funds: "0")
        func line(_ currency: String, _ number: Int) -> String {
            """
            {"user": "acme", "method": "bank", "reference": "\(number)", "amount": "1",
             "currency": "\(currency)"}
            """
        }
        for (number, code) in ["usd", "Usd ", "eur", "ＥＵＲ"].enumerated() {
            #expect(
                try house.verdict(on: line(code, number), in: "deposits", by: "desk") == "accepted")
        }
        #expect(
            try house.table("SELECT group_concat(DISTINCT currency) FROM deposits") == ["USD,EUR"])
        let receipt = try house.drop(
            #"{"deposits": [\#(line("gbp", 9))]}"#, as: "x.json", by: "desk")
        #expect(
            receipt.lines("deposits")[0]["detail"]
                == #"currency is "gbp"; it must be one that has an exchange rate here: USD, EUR"#)
    }

    @Test func `a file rejected for a ban is taken anew once the ban is lifted`() throws {
        let house = try House.stocked()
        try house.add()
        let batch = #"{"batch": "B", "orders": [\#(order("https://a.example", ref: "A"))]}"#
        _ = try house.drop(#"{"bans": [{"user": "acme"}]}"#, as: "ban.json", by: "desk")
        for name in ["one.json", "two.json", "one.json"] {
            let receipt = try house.drop(batch, as: name)
            #expect(receipt.reason == "USER_BANNED" || receipt["status"] == "duplicate")
        }
        let details = try house.table("SELECT detail FROM files WHERE reason = 'USER_BANNED'")
        #expect(details.first?.contains("drop the file again") == true)
        _ = try house.drop(#"{"unbans": [{"user": "acme"}]}"#, as: "unban.json", by: "desk")
        #expect(try house.drop(batch, as: "two.json")["status"] == "accepted")
        // And once only.
        #expect(try house.drop(batch, as: "two.json")["status"] == "accepted")
        #expect(try house.drop(batch, as: "one.json")["status"] == "duplicate")
        #expect(try house.count("orders") == 1)
        // A second ban finds it done.
        _ = try house.drop(
            #"{"batch": "b2", "bans": [{"user": "acme"}]}"#, as: "ban2.json", by: "desk")
        #expect(try house.drop(batch, as: "two.json")["status"] == "accepted")
        try house.expectSound()
    }
}
