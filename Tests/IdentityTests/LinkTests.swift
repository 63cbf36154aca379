import TestSupport
import Testing

@testable import Identity

@Suite struct LinkTests {
    private static let pages: [[String]] = [
        [
            "https://instagram.com/p/AbC", "http://instagram.com/p/AbC",
            "HTTPS://Instagram.COM/p/AbC/",
            "https://www.instagram.com/p/AbC/", "instagram.com/p/AbC", "www.instagram.com/p/AbC//",
            "https://instagram.com:443/p/AbC", "http://instagram.com:80/p/AbC?",
            "//instagram.com/p/AbC",
            "https://www.instagram.com/p/AbC/?igsh=MzRlODBiNWFlZA==",
            " https://instagram.com/p/AbC ",
            "https://instagram.com/p/AbC/?utm_source=ig_web&utm_medium=x#",
            "https://instagram.com./p/AbC",
            "https://instagram.com/p/%41bC", "https://instagram.com/p/Ab\u{200B}C",
            "https://ｉｎｓｔａｇｒａｍ.com/p/AbC", "https://instagram。com/p/AbC",
            "https://instagram.com/p/AbC?UTM_Campaign=1&fbclid=2&&",
        ],
        [
            "https://youtube.com/watch?v=dQw4&t=10",
            "https://www.youtube.com/watch?v=dQw4&si=xx&t=10",
            "https://youtube.com/watch/?feature=share&v=dQw4&t=10",
        ],
        [
            "https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC",
            "http://www.BÜCHER.example/u\u{308}/", "https://XN--BCHER-KVA.example/%c3%bc",
        ],
        [
            "https://a.example", "a.example", "https://a.example/", "https://a.example/?",
            "A.example/#",
        ],
        ["https://a.example:8080/x", "http://www.a.example:8080/x/"],
        ["https://a.example/x#c1", "https://www.a.example/x/?#c1"],
        ["@acme", "@Acme", " @acme ", "＠acme", "@ac\u{200B}me"],
        ["acme", " acme", "acme\u{FEFF}", "ａｃｍｅ"],
        ["tg://resolve?domain=a", "TG://resolve?domain=a"],
        ["https://a.example/%2F", "https://a.example/%2f"],
    ]
    private static let others = [
        ("https://a.example/p/abc", "https://a.example/p/aBc"),
        ("https://a.example/x", "https://b.example/x"),
        ("https://a.example/?v=1", "https://a.example/?v=2"),
        ("https://a.example/?v=a", "https://a.example/?v=A"),
        ("https://a.example/?a=1&b=2", "https://a.example/?b=2&a=1"),
        ("https://a.example/x", "https://m.a.example/x"),
        ("https://a.example/x#1", "https://a.example/x#2"),
        ("https://a.example:8080", "https://a.example:8081"),
        ("https://a.example/%2F", "https://a.example//"), ("dQw4w9WgXcQ", "dqw4w9wgxcq"),
        ("@acme", "acme"),
        ("https://a.example/si", "https://a.example/"),
        ("https://a.example/?sid=1", "https://a.example/"),
        ("tg://a.example", "https://a.example"), ("https://www.com", "https://com"),
    ]

    @Test(arguments: pages) func `all links to one page have one key`(links: [String]) {
        let keys = Set(links.map { LinkRule.standard.spelling($0).key })
        #expect(keys.count == 1, "\(keys.sorted())")
    }

    @Test(arguments: others) func `links to different pages have different keys`(
        one: String, other: String
    ) {
        #expect(!LinkRule.standard.isSame(one, other))
    }

    @Test func `the key of a key is itself, and a plain link is its own key`() {
        for link in Self.pages.joined() {
            let key = LinkRule.standard.spelling(link).key
            #expect(LinkRule.standard.spelling(key).isKey, "\(link) \(key)")
        }
        for link in ["https://a.example/1", "https://a.example/@User/video/7", "https://t.me/x"] {
            #expect(LinkRule.standard.spelling(link).isKey)
        }
    }

    @Test func `the house chooses which parameters are dropped`() {
        let rule = LinkRule(dropping: ["ref", "x_*_y", "Tag*"])
        #expect(rule.isSame("https://a.example/?ref=1&v=2", "https://a.example/?v=2"))
        #expect(rule.isSame("https://a.example/?x_1_y=1&TAGGED&tag", "https://a.example/"))
        #expect(!rule.isSame("https://a.example/?x_1=1", "https://a.example/"))
        #expect(!rule.isSame("https://a.example/?utm_source=1", "https://a.example/"))
        #expect(!rule.isSame("https://a.example/?refs=1", "https://a.example/"))
    }

    @Test func `no text breaks the rule, and random spellings of a page agree`() {
        var random = Seeded()
        let parts = [
            "https", "://", "www.", "a.example", "/", "?", "&", "#", "%", "%C3", "é", "xn--", "@",
            ":", "x=1",
        ]
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...9, using: &random)
            let link = (0..<count).map { _ in parts.randomElement(using: &random)! }.joined()
            _ = LinkRule.standard.spelling(link)

            let host = ["a.example", "A.Example", "www.a.example", "a.example:443"].randomElement(
                using: &random)!
            let scheme = ["https://", "http://", "Https://", ""].randomElement(using: &random)!
            let end = ["", "/", "?utm_x=1", "/?igsh=2", "#", "/?&"].randomElement(using: &random)!
            #expect(
                LinkRule.standard.isSame(
                    "https://a.example/P/\(count)", scheme + host + "/P/\(count)" + end),
                "SEED=\(random.seed) \(scheme + host)/P/\(count)\(end)")
        }
    }
}

@Suite struct PunycodeTests {
    @Test(arguments: [
        ("bcher-kva", "bücher"), ("mnchen-3ya", "münchen"), ("fiqs8s", "中国"),
        ("e1afmkfd", "пример"),
        ("wgv71a119e", "日本語"), ("ls8h", "💩"),
    ])
    func `a host written in ASCII is decoded`(label: String, wanted: String) {
        #expect(Punycode.decode(label[...]) == wanted)
    }

    @Test(arguments: ["99999999", "a-\u{FC}", "abc!", String(repeating: "z", count: 70)])
    func `a label that stands for nothing is left alone`(label: String) {
        #expect(Punycode.decode(label[...]) == nil)
    }
}
