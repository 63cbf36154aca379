import StrictJSON
import Testing

/// Reading value by value.
@Suite struct ReaderTests {
    @Test(arguments: Feed.allCases)
    func `a document is read in order, and the reader knows its place`(
        _ feed: Feed
    ) throws {
        let text = """
            { "batch": "b",
              "orders": [
                {"ref": "é", "quantity": 1000},
                {"ref": null, "drip": true}
              ] }
            """
        var reader = feed.reader(of: Array(text.utf8))
        var seen: [String] = []
        func note(_ what: String, _ reader: inout JSONReader) {
            seen.append("\(reader.line):\(reader.column) \(reader.path) \(what)")
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            note(key, &reader)
            if try reader.peek() == .string {
                note(try reader.string(), &reader)
                continue
            }
            try reader.beginArray()
            while try reader.nextElement() {
                try reader.beginObject()
                note("order", &reader)
                while let key = try reader.nextKey() {
                    switch try reader.peek() {
                    case .string: note(try reader.string(), &reader)
                    case .number: note(try reader.number().text, &reader)
                    case .bool: note("\(try reader.bool())", &reader)
                    default:
                        try reader.skip()
                        note("no \(key)", &reader)
                    }
                }
            }
            note("end", &reader)
        }
        try reader.end()
        #expect(
            seen == [
                "1:3 batch batch", "1:12 batch b", "2:3 orders orders", "3:5 orders[0] order",
                "3:13 orders[0].ref é", "3:30 orders[0].quantity 1000", "4:5 orders[1] order",
                "4:13 orders[1].ref no ref", "4:27 orders[1].drip true", "5:3 orders end",
            ])
    }

    @Test func `a value of the wrong kind is an error and stays unread`() throws {
        var reader = JSONReader(bytes: Array(#"{"orders": ["x"]}"#.utf8))
        try reader.beginObject()
        _ = try reader.nextKey()
        try reader.beginArray()
        _ = try reader.nextElement()
        do {
            _ = try reader.number()
            Issue.record("a string was read as a number")
        } catch let error as JSONError {
            #expect(
                error.description
                    == "line 1, column 13: orders[0]: must be a number, not a string")
        }
        let text = try reader.string()
        #expect(text == "x")
    }

    @Test func `a caller's error has the caller's place`() throws {
        var reader = JSONReader(bytes: Array("{\n  \"a\": {\"sum\": 12}}".utf8))
        try reader.beginObject()
        _ = try reader.nextKey()
        try reader.beginObject()
        _ = try reader.nextKey()
        let atKey = reader.failure("is unknown").description
        _ = try reader.number()
        let atValue = reader.failure("is too large").description
        #expect(atKey == "line 2, column 9: a.sum: is unknown")
        #expect(atValue == "line 2, column 16: a.sum: is too large")
    }

    @Test(
        arguments: [
            ("0", 0, true, false), ("-0", 0, true, false), ("-12", -12, true, false),
            ("9223372036854775807", .max, true, false), ("-9223372036854775808", .min, true, false),
            ("9223372036854775808", nil, true, false), ("1.0", nil, false, false),
            ("1e3", nil, false, true), ("1.5E-7", nil, false, true),
            ("1e999999999", nil, false, true),
        ] as [(String, Int64?, Bool, Bool)])
    func `a number is kept as written, and an integer only if written so`(
        text: String, integer: Int64?, isInteger: Bool, hasExponent: Bool
    ) throws {
        var reader = JSONReader(bytes: Array(text.utf8))
        let number = try reader.number()
        #expect(number.text == text)
        #expect(number.integer == integer)
        #expect(number.isInteger == isInteger)
        #expect(number.hasExponent == hasExponent)
    }

    @Test(arguments: [
        ("a-b_9", "a-b_9"), ("a.b", #"["a.b"]"#), ("", #"[""]"#), ("é", #"["é"]"#),
        ("a\"\n", #"["a\"\n"]"#), ("a b", #"["a b"]"#),
    ])
    func `a key that is hard to read is quoted in a path`(
        key: String, path: String
    ) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key(key)
        writer.null()
        writer.endObject()
        var reader = JSONReader(bytes: writer.bytes)
        try reader.beginObject()
        #expect(try reader.nextKey() == key)
        #expect(reader.path == path)
    }

    @Test func `a value is found by its key, in objects only`() throws {
        let value = try JSONValue(parsing: Array(#"{"a": {"b": "c"}, "d": []}"#.utf8))
        #expect(value["a"]?["b"] == .string("c"))
        #expect(value["x"] == nil)
        #expect(value["d"]?["a"] == nil)
    }
}
