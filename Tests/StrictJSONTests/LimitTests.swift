import StrictJSON
import Testing

/// Hostile documents must not exhaust the reader.
@Suite struct LimitTests {
    private let small = JSONLimits(depth: 3, tokenBytes: 10, keys: 2, keyBytes: 4)

    /// Documents at a limit and just beyond it, and where the reader refuses the latter.
    @Test(
        arguments: [
            ("[[[]]]", "[[[[]]]]", 3, "no more than 3 arrays and objects may be nested"),
            (
                #"{"a":{"b":[]}}"#, #"{"a":{"b":[{}]}}"#, 11,
                "no more than 3 arrays and objects may be nested"
            ),
            (
                #"["12345678"]"#, #"["123456789"]"#, 1,
                "a string or number may be no longer than 10 bytes"
            ),
            (
                "[1234567890]", "[12345678901]", 1,
                "a string or number may be no longer than 10 bytes"
            ),
            (
                "[12345678e1]", "[12345678e12]", 1,
                "a string or number may be no longer than 10 bytes"
            ),
            (
                #"["\u00e9\n"]"#, #"["\u00e9\n\n"]"#, 1,
                "a string or number may be no longer than 10 bytes"
            ),
            (
                "[\"12é678\"]", "[\"12é678ü\"]", 1,
                "a string or number may be no longer than 10 bytes"
            ),
            (
                #"["1234567"]"#, #"["12345678\x"]"#, 10,
                #"a backslash must be followed by one of "\/bfnrtu"#
            ),
            (
                #"["1234567"]"#, #"["1234567890\x"]"#, 1,
                "a string or number may be no longer than 10 bytes"
            ),
            (
                #"{"a":1,"b":2}"#, #"{"a":1,"b":2,"c":3}"#, 13,
                "an object may have no more than 2 keys"
            ),
            (#"{"abcd":1}"#, #"{"abcde":1}"#, 1, "a key may be no longer than 4 bytes"),
            (
                #"{"a":1,"b":[{"a":1,"b":2}]}"#, #"{"a":{"a":1,"b":2,"c":3}}"#, 18,
                "an object may have no more than 2 keys"
            ),
        ] as [(String, String, Int, String)])
    func `a limit holds to the byte, however the document arrives`(
        within: String, beyond: String, offset: Int, reason: String
    ) throws {
        for feed in Feed.allCases {
            #expect(throws: Never.self) { try skip(Array(within.utf8), by: feed, limits: small) }
            let bytes = Array(beyond.utf8)
            let error = try #require(try refusal { try skip(bytes, by: feed, limits: small) })
            #expect(error.offset == offset)
            #expect(error.reason == reason)
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func `a document nested a hundred thousand deep is refused, not followed`(
        _ opening: String
    ) throws {
        let bytes = Array(String(repeating: opening, count: 100_000).utf8)
        let deepest = JSONLimits(depth: 256)
        for limits in [JSONLimits(), deepest] {
            let reason = "no more than \(limits.depth) arrays and objects may be nested"
            let skipped = try refusal { try skip(bytes, by: .whole, limits: limits) }
            let read = try refusal { _ = try JSONValue(parsing: bytes, limits: limits) }
            #expect(skipped?.reason == reason)
            #expect(read == skipped)
        }
    }

    @Test func `the deepest value allowed is read without running out of stack`() throws {
        let text = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        var value = try JSONValue(parsing: Array(text.utf8), limits: JSONLimits(depth: 256))
        var depth = 1
        while case .array(let elements) = value, let inner = elements.first {
            value = inner
            depth += 1
        }
        #expect(depth == 256)
    }

    @Test func `a document of 200 MB passes through a window that does not grow`() throws {
        let line =
            #"{"ref":"A-1","comments":"\#(String(repeating: "é 12345678 ", count: 2_000))"},"#
        let lines = Array(String(repeating: line + "\n", count: 4).utf8)
        var produced = 0
        var rest = Array(#"{"orders":["#.utf8)[...]
        var isEnding = false
        var reader = JSONReader { memory in
            if rest.isEmpty, !isEnding {
                isEnding = produced >= 200_000_000
                rest = isEnding ? Array("{}]}".utf8)[...] : lines[...]
            }
            let next = rest.prefix(memory.count)
            memory.copyBytes(from: next)
            rest = rest.dropFirst(next.count)
            produced += next.count
            return next.count
        }
        try reader.skip()
        try reader.end()
        #expect(reader.offset == produced)
        #expect(produced >= 200_000_000)
        #expect(reader.capacity == 1 << 16)
        let lineFeeds = (produced - #"{"orders":[{}]}"#.utf8.count) / (lines.count / 4)
        #expect(reader.line == lineFeeds + 1)
    }

    @Test func `a long token makes the window grow to less than twice its limit, and no more`()
        throws
    {
        let limits = JSONLimits(tokenBytes: 1_000)
        let endless = Array(#"["x", ""#.utf8) + Array(repeating: UInt8(ascii: "a"), count: 1 << 20)
        var reader = Feed.sevenByteWindow.reader(of: endless, limits: limits)
        do {
            try reader.skip()
            Issue.record("a string of a megabyte was read")
        } catch let error as JSONError {
            #expect(error.reason == "a string or number may be no longer than 1000 bytes")
            #expect(error.path == "[1]")
        }
        #expect(reader.capacity <= 2_000)
    }

    @Test func `an error of the source is passed on, and its end read once`()
        throws
    {
        struct Broken: Error {}
        var broken = JSONReader { _ in throw Broken() }
        do {
            _ = try broken.peek()
            Issue.record("nothing was thrown")
        } catch {
            #expect(error is Broken)
        }

        var calls = 0
        var ended = JSONReader { memory in
            calls += 1
            memory[0] = UInt8(ascii: "1")
            return calls == 1 ? 1 : 0
        }
        try ended.skip()
        try ended.end()
        try ended.end()
        #expect(calls == 2)
    }
}
