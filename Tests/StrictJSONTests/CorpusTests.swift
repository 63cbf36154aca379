import StrictJSON
import Testing

/// Known corner cases, each in every way in which the bytes can arrive.
@Suite struct CorpusTests {
    @Test(arguments: Acceptance.all)
    func `JSON is accepted, and read the same however it arrives`(
        _ text: String
    ) throws {
        let bytes = Array(text.utf8)
        let value = try JSONValue(parsing: bytes)
        for feed in Feed.allCases {
            #expect(try read(bytes, by: feed) == value)
            #expect(throws: Never.self) { try skip(bytes, by: feed) }
        }
    }

    @Test(arguments: Acceptance.meanings)
    func `a value is what the text says`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test(arguments: Refusal.all)
    func `anything else is refused at its exact place, however it arrives`(
        _ expected: Refusal
    ) throws {
        let bytes = Array(expected.text.utf8)
        for feed in Feed.allCases {
            let error = try #require(try refusal { _ = try read(bytes, by: feed) })
            #expect(error.line == expected.line)
            #expect(error.column == expected.column)
            #expect(error.path == expected.path)
            #expect(error.reason == expected.reason)
            #expect(try refusal { try skip(bytes, by: feed) } == error)
        }
    }

    /// The bytes between a string's quotation marks, and the index of the wrong one.
    @Test(
        arguments: [
            ([0x80], 0), ([0xBF], 0), ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xC0, 0xAF], 0),
            ([0xC2], 0), ([0xC3, 0x28], 0), ([0xE0, 0x80, 0x80], 0), ([0xE0, 0x9F, 0xBF], 0),
            ([0xED, 0xA0, 0x80], 0), ([0xED, 0xBF, 0xBF], 0), ([0xE2, 0x82], 0),
            ([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], 0), ([0xE2, 0x28, 0xA1], 0),
            ([0xE2, 0x82, 0x28], 0), ([0xF0, 0x80, 0x80, 0x80], 0), ([0xF0, 0x8F, 0xBF, 0xBF], 0),
            ([0xF0, 0x9F, 0x98], 0), ([0xF0, 0x28, 0x8C, 0xBC], 0), ([0xF0, 0x9F, 0x28, 0xBC], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5, 0x80, 0x80, 0x80], 0), ([0xFE], 0), ([0xFF], 0),
            ([0xF8, 0x88, 0x80, 0x80, 0x80], 0), ([0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], 0),
            ([0xC3, 0xA9, 0xC3], 2), ([0x61, 0xFF, 0x62], 1), ([0xF0, 0x9F, 0x98, 0x80, 0x80], 4),
        ] as [([UInt8], Int)])
    func `bytes that are not UTF-8 are refused where they begin`(
        bytes: [UInt8], wrong: Int
    ) throws {
        let quote = UInt8(ascii: "\"")
        for document in [[quote] + bytes + [quote], [quote] + bytes] {
            for feed in Feed.allCases {
                let error = try refusal { try skip(document, by: feed) }
                #expect(error?.offset == 1 + wrong)
                #expect(error?.reason.hasSuffix("is not UTF-8 here") == true)
            }
        }
    }

    @Test func `columns count characters, and offsets count bytes`() throws {
        let bytes = Array("[\n\"é😀\", x]".utf8)
        let error = try #require(try refusal { try skip(bytes, by: .sevenByteWindow) })
        #expect(error.offset == 12)
        #expect(error.line == 2)
        #expect(error.column == 7)
    }

    @Test func `every beginning of a document is refused, however it arrives`() throws {
        let document = Array(#"{"a": [1.5e3, "é\ud83d\ude00\n", {"b": null}], "c": true}"#.utf8)
        for count in document.indices {
            let beginning = Array(document[..<count])
            let error = try refusal { try skip(beginning, by: .whole) }
            #expect(error != nil)
            for feed in Feed.allCases {
                #expect(try refusal { try skip(beginning, by: feed) } == error)
            }
        }
    }
}
