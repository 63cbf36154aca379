import Testing

@testable import PanelAPI

@Suite struct CallFormTests {
    private static func form(
        _ body: String, query: String? = nil, type: String? = nil
    ) throws -> CallForm {
        try CallForm(query: query, contentType: type, body: Array(body.utf8))
    }

    @Test(arguments: [
        ("action=add&quantity=1000", ["action": "add", "quantity": "1000"]),
        ("a=1&a=2", ["a": "2"]), ("a=1&a[]=2&a[x]=3", ["a": "1", "a[]": "2", "a[x]": "3"]),
        ("a%5B%5D=2", ["a[]": "2"]),
        ("a=x+y%20z", ["a": "x y z"]), ("a=100%25%zz%4", ["a": "100%%zz%4"]),
        ("a=%F0%9F%98%80%c3%a9", ["a": "😀é"]), ("a=b=c", ["a": "b=c"]), ("a&b=1", ["b": "1"]),
        ("a=&b=+%20&c=0", ["c": "0"]), ("&&a=1&&", ["a": "1"]), ("=1&a=2", ["a": "2"]),
        ("a=+1+", ["a": "1"]), ("a=%0D%0Ax%0Ay%0A", ["a": "x\ny"]),
        ("a=x%D8%80+", ["a": "x\u{600}"]), ("", [:]), ("&", [:]),
        ("comments=a&comments=b+c&comments=d%0Ae", ["comments": "a\nb c\nd\ne"]),
        ("comments[]=a", ["comments[]": "a"]), ("a;b=1", ["a;b": "1"]),
    ])
    func `a form is read as PHP reads it`(body: String, fields: [String: String]) throws {
        let form = try Self.form(body)
        #expect(form.names == fields.keys.sorted())
        for (name, value) in fields { #expect(form[name] == value, "\(name)") }
        let asked = try Self.form("", query: body)
        #expect(asked.names == form.names)
    }

    @Test(arguments: [
        (#"{"action": "add", "quantity": 1000}"#, ["action": "add", "quantity": "1000"]),
        (" \n {\"a\": true, \"b\": null, \"c\": {}}", ["a": "1"]),
        (
            #"{"comments": ["a", "b c"], "orders": [1, "2"]}"#,
            ["comments": "a\nb c", "orders": "1,2"]
        ),
        (#"{"quantity": 1e3}"#, ["quantity": "1e3"]), (#"{"a": "\u00e9"}"#, ["a": "é"]),
    ])
    func `JSON is read, whatever it calls itself`(body: String, fields: [String: String]) throws {
        for type in [nil, "application/json", "application/x-www-form-urlencoded"] {
            let form = try Self.form(body, type: type)
            #expect(form.names == fields.keys.sorted())
            for (name, value) in fields { #expect(form[name] == value, "\(name)") }
        }
    }

    @Test func `what the body says counts more than the address`() throws {
        let form = try Self.form("action=add&comments=c", query: "action=x&key=k&comments=a")
        #expect(form["action"] == "add")
        #expect(form["key"] == "k")
        #expect(form["comments"] == "c")
    }

    @Test(arguments: [
        "a=%FF", "%C0%80=1", #"{"a": 1"#, #"{"a": 1} x"#, #"{"a": 1, "a": 2}"#,
        #"{"a": [[1]]}"#, "\(String(repeating: "n", count: 65))=1",
        (0...64).map { "a\($0)=1" }.joined(separator: "&"),
    ])
    func `what could be read in two ways, or is too much, is refused`(body: String) {
        #expect(throws: TradeError.incorrectRequest) { try Self.form(body) }
    }

    @Test func `a long list of comments fits`() throws {
        let body = (1...5_000).map { "comments=n\($0)" }.joined(separator: "&")
        #expect(try Self.form(body)["comments"]?.split(separator: "\n").count == 5_000)
        let long = "a=" + String(repeating: "x", count: CallForm.mostBytes - 2)
        #expect(try Self.form(long)["a"] != nil)
        #expect(throws: TradeError.incorrectRequest) { try Self.form(long + "x") }
    }
}

@Suite struct MultipartFormTests {
    private static func form(_ lines: [String], type: String = "boundary=x") throws -> CallForm {
        try CallForm(
            contentType: "multipart/form-data; \(type)",
            body: Array(lines.joined(separator: "\r\n").utf8))
    }

    private static func part(_ name: String, _ value: String) -> [String] {
        ["--x", "Content-Disposition: form-data; name=\"\(name)\"", "", value]
    }

    @Test func `parts are fields`() throws {
        let form = try Self.form(
            ["preamble"] + Self.part("action", "add")
                + Self.part("link", "https://a.example/?b=c+d")
                + Self.part("comments", "one\r\ntwo\r\n--y") + Self.part("comments", "three")
                + ["--x--", "epilogue"])
        #expect(form["action"] == "add")
        #expect(form["link"] == "https://a.example/?b=c+d")
        let comments = form["comments"]?.split(whereSeparator: \.isNewline)
        #expect(comments == ["one", "two", "--y", "three"])
    }

    @Test func `a file is no field`() throws {
        let form = try Self.form(
            Self.part("a", "1") + [
                "--x", "content-disposition: form-data; name=b; filename=\"x.json\"",
                "Content-Type: application/json", "", "{}", "--x--",
            ])
        #expect(form.names == ["a"])
    }

    @Test func `an accent after a quotation mark does not hide it`() throws {
        let name = "\u{301}a"
        #expect(try Self.form(Self.part(name, "1") + ["--x--"]).names == [name])
    }

    @Test(arguments: ["boundary=\"x\"", "charset=utf-8; BOUNDARY=x", "boundary=x; a=b"])
    func `a boundary may be quoted and stand anywhere`(type: String) throws {
        #expect(try Self.form(Self.part("a", "1") + ["--x--"], type: type)["a"] == "1")
    }

    @Test(arguments: [
        [""], ["--x", "--x--"], part("a", "1"), part("a", "1") + ["--x"],
        part("a", "1") + ["--xx--"],
        ["--x", "", "1", "--x--"], ["--x", "Content-Disposition: form-data", "", "1", "--x--"],
        ["--x", "Content-Disposition: form-data; name=\"a", "", "1", "--x--"],
        ["--x", "Content-Disposition: attachment; name=a", "", "1", "--x--"],
        ["--x", "Content-Disposition: form-data; name=a; name=b", "", "1", "--x--"],
        ["--x", "nonsense", "", "1", "--x--"],
        [
            "--x", "Content-Disposition: form-data; name=a", "Content-Transfer-Encoding: base64",
            "", "MQ==", "--x--",
        ],
        [
            "--x", "Content-Disposition: form-data; name=a",
            "X: \(String(repeating: "x", count: 1_024))", "", "1", "--x--",
        ],
    ])
    func `what is not whole is refused`(lines: [String]) {
        #expect(throws: TradeError.incorrectRequest) { try Self.form(lines) }
    }

    @Test(arguments: [
        "boundary=", "boundary=\"x", "charset=utf-8",
        "boundary=\(String(repeating: "x", count: 71))",
    ])
    func `a boundary must be there`(type: String) {
        #expect(throws: TradeError.incorrectRequest) {
            try Self.form(Self.part("a", "1") + ["--x--"], type: type)
        }
    }
}
