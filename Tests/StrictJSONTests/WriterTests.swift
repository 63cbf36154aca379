import StrictJSON
import TestSupport
import Testing

@Suite struct WriterTests {
    private func receipt(pretty: Bool) -> JSONWriter {
        var writer = JSONWriter(pretty: pretty)
        writer.beginObject()
        writer.key("receipt")
        writer.integer(1)
        writer.key("reason")
        writer.null()
        writer.key("lines")
        writer.beginObject(inline: true)
        writer.key("received")
        writer.integer(2)
        writer.key("all")
        writer.bool(true)
        writer.endObject()
        writer.key("orders")
        writer.beginArray()
        for line: Int64 in 1...2 {
            writer.beginObject(inline: true)
            writer.key("line")
            writer.integer(line)
            writer.key("notes")
            writer.beginArray()
            writer.string("a")
            writer.rawNumber("1.50")
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.key("none")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        return writer
    }

    @Test func `a pretty document has one line for each inline value`() {
        let expected = """
            {
              "receipt": 1,
              "reason": null,
              "lines": {"received": 2, "all": true},
              "orders": [
                {"line": 1, "notes": ["a", 1.50]},
                {"line": 2, "notes": ["a", 1.50]}
              ],
              "none": []
            }

            """
        #expect(String(decoding: receipt(pretty: true).bytes, as: UTF8.self) == expected)
    }

    @Test func `a compact document has no space at all`() {
        let expected = """
            {"receipt":1,"reason":null,"lines":{"received":2,"all":true},\
            "orders":[{"line":1,"notes":["a",1.50]},{"line":2,"notes":["a",1.50]}],"none":[]}
            """
        #expect(String(decoding: receipt(pretty: false).bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\u{0}\u{1F}", #""\u0000\u001f""#), ("é😀\u{7F}\u{2028}", "\"é😀\u{7F}\u{2028}\""),
        ("\r\n", #""\r\n""#),
    ])
    func `only what JSON demands is escaped`(text: String, written: String) {
        var writer = JSONWriter()
        writer.string(text)
        #expect(writer.bytes == Array(written.utf8))
    }

    @Test(arguments: [Int64.min, -1, 0, .max])
    func `every whole number is written in full`(number: Int64) {
        var writer = JSONWriter()
        writer.integer(number)
        #expect(writer.bytes == Array(String(number).utf8))
    }

    @Test func `a document drained in pieces is the same document`() {
        var writer = JSONWriter(pretty: true)
        var pieces: [UInt8] = []
        writer.beginArray()
        for number: Int64 in 0..<100 {
            writer.integer(number)
            pieces += writer.drain()
            #expect(writer.bytes.isEmpty)
        }
        writer.endArray()
        pieces += writer.drain()

        var whole = JSONWriter(pretty: true)
        whole.beginArray()
        for number: Int64 in 0..<100 { whole.integer(number) }
        whole.endArray()
        #expect(pieces == whole.bytes)
    }

    @Test func `everything written is read back, however it arrives`() throws {
        var random = Seeded()
        for round in 0..<500 {
            let value = try randomValue(depth: 4, &random)
            var writer = JSONWriter(pretty: round.isMultiple(of: 2))
            write(value, to: &writer, inline: round.isMultiple(of: 3))
            let feed = Feed.allCases.randomElement(using: &random)!
            #expect(try read(writer.bytes, by: feed) == value, "SEED=\(random.seed)")
        }
    }

    private func write(_ value: JSONValue, to writer: inout JSONWriter, inline: Bool) {
        switch value {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let number): writer.rawNumber(number.text)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray(inline: inline)
            for element in elements { write(element, to: &writer, inline: !inline) }
            writer.endArray()
        case .object(let members):
            writer.beginObject(inline: inline)
            for member in members {
                writer.key(member.key)
                write(member.value, to: &writer, inline: !inline)
            }
            writer.endObject()
        }
    }

    private func randomValue(depth: Int, _ random: inout Seeded) throws -> JSONValue {
        let count = Int.random(in: 0...5, using: &random)
        switch Int.random(in: depth > 0 ? 0...5 : 2...5, using: &random) {
        case 0:
            return .array(try (0..<count).map { _ in try randomValue(depth: depth - 1, &random) })
        case 1:
            return .object(
                try (0..<count).map { index in
                    let key = "\(index)" + randomText(&random)
                    return .init(key: key, value: try randomValue(depth: depth - 1, &random))
                })
        case 2: return .string(randomText(&random))
        case 3: return .bool(.random(using: &random))
        case 4:
            let digits = String(Int64.random(in: .min ... .max, using: &random))
            let tail = ["", ".0", ".125", "e7", "E-7", ".5e+300"].randomElement(using: &random)!
            return try JSONValue(parsing: Array((digits + tail).utf8))
        default: return .null
        }
    }

    /// Arbitrary scalars, including special ones.
    private func randomText(_ random: inout Seeded) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            let highest = [0x1F, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF].randomElement(using: &random)!
            let value = UInt32.random(in: 0...UInt32(highest), using: &random)
            text.append(Unicode.Scalar(value) ?? "\"")
        }
        return String(text)
    }
}
