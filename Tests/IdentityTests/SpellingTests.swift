import Testing

@testable import Identity

/// Texts as people type them. Each group is one text in many spellings.
@Suite struct SpellingTests {
    private static let names: [[String]] = [
        ["TX-889", " TX-889", "TX-889 ", "\tTX-889\r\n", "\u{A0}TX-889\u{3000}", "TX\u{200B}-889"],
        ["TX-889", "\u{FEFF}TX-889", "T\u{AD}X-889", "\u{202D}TX-889\u{202C}", "TX-889\u{FE0F}"],
        ["TX-889", "ＴＸ－８８９", "TX\u{2060}-889", "TX-\u{E0061}889", "TX-889\u{FFFC}"],
        ["a b", "a  b", "a \u{2003}\u{A0} b", "a\u{2800}b", "a\u{3000}b", "a\u{2028}b", "a\tb"],
        ["é", "e\u{301}", "e\u{AD}\u{301}"], ["file", "ﬁle"], ["x2", "x²"], ["IV", "Ⅳ"],
        ["한", "\u{1112}\u{1161}\u{11AB}"], ["ガ", "ｶﾞ"], ["A", "𝐀", "Ⓐ", "ᴬ"],
        ["Å", "Å", "A\u{30A}"],
        ["q\u{323}\u{307}", "q\u{307}\u{323}"],
    ]
    private static let payments: [[String]] = [
        ["tx-889", "TX-889", "Tx-889 ", "ＴＸ－８８９"], ["strasse", "Straße", "STRASSE", "STRAẞE"],
        ["ΌΣΟΣ", "όσος", "όσοσ"], ["ᾴ", "α\u{345}\u{301}", "α\u{301}\u{345}", "ΆΙ", "άι"],
        ["iv", "Ⅳ", "ⅳ"], ["ﬀ", "FF", "ff"], ["ǆ", "DŽ", "ǅ"],
    ]
    private static let others = [
        ("A-1", "a-1"), ("A-1", "A1"), ("A-1", "A-2"), ("a b", "ab"), ("TX-889", "TX-898"),
        ("é", "e"), ("a", "а"), ("1", "l"), ("A_1", "A-1"),
    ]

    @Test(arguments: names) func `all spellings of a name have one key`(spellings: [String]) {
        #expect(
            Set(spellings.map { Array(Spelling(ofName: $0).key.utf8) }).count == 1, "\(spellings)")
    }

    @Test(arguments: names + payments)
    func `all spellings of a word about a payment have one key`(spellings: [String]) {
        #expect(
            Set(spellings.map { Array(Spelling(ofPayment: $0).key.utf8) }).count == 1,
            "\(spellings)")
    }

    @Test(arguments: others) func `different names have different keys`(one: String, other: String)
    {
        #expect(Spelling(ofName: one).key != Spelling(ofName: other).key)
    }

    @Test func `case counts in names, but not in payments`() {
        #expect(Spelling(ofName: "Ab").key == "Ab")
        #expect(Spelling(ofPayment: "Ab").key == "ab")
        #expect(Spelling(ofName: "Ｋ").key == "K")
    }

    @Test func `an ordinary text is its own key, byte for byte`() {
        for text in ["A-1", "2026-11-23/01", "a b", "", "~!@#$%^&*()"] {
            #expect(Spelling(ofName: text).isKey, "\(text)")
            #expect(Spelling(ofName: text).differingKey == nil)
        }
        #expect(Spelling(ofName: "é").isKey)
        // Swift treats the two as equal strings; a database does not.
        #expect(!Spelling(ofName: "e\u{301}").isKey)
        #expect(Spelling(ofName: "A  1").differingKey == "A 1")
        #expect(Spelling(ofPayment: "Bank").differingKey == "bank")
    }

    @Test func `the key of a key is itself, for every letter`() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value), Self.isLetterOfItsOwn(scalar) else {
                continue
            }
            let text = "a\(Character(scalar))b"
            for make in [Spelling.init(ofName:), Spelling.init(ofPayment:)] {
                let key = make(text).key
                guard !make(key).isKey else { continue }
                Issue.record("U+\(String(value, radix: 16)) becomes \(key), then \(make(key).key)")
            }
        }
    }

    /// Whether it is assigned, and none of the many thousand ideographs and syllables that all
    /// behave alike.
    private static func isLetterOfItsOwn(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3400..<0xA000, 0xAC80..<0xD780, 0x17000..<0x18D00, 0x20000..<0x2F800,
            0x30000..<0x32400:
            false
        default:
            ![.unassigned, .privateUse].contains(scalar.properties.generalCategory)
        }
    }

    @Test(arguments: [
        "", " ", "\u{A0}\u{2003}", "\u{200B}\u{200D}", "\u{FEFF}", "\u{AD}", "\u{2800}", "\u{3164}",
        "\u{FFF9}", "\u{202E} \u{202C}", "\u{FE0F}", "\u{E0020}",
    ])
    func `blanks and unseen characters are invisible`(text: String) {
        #expect(text.isInvisible)
        #expect(text.trimmed.isInvisible)
        #expect(Spelling(ofName: text).key.isEmpty)
    }

    @Test(arguments: [
        (" a ", "a"), ("\u{FEFF}https://a.example/x\u{200B}", "https://a.example/x"),
        ("a b", "a b"),
        ("\u{A0}ü\u{3000}", "ü"), ("❤\u{FE0F} ", "❤\u{FE0F}"), ("a", "a"),
    ])
    func `a text is trimmed to its visible part`(text: String, wanted: String) {
        #expect(text.trimmed == wanted)
        #expect(!text.isInvisible)
    }
}
