import Testing

@testable import Accounts

@Suite struct KeyTests {
    @Test func `a key has the form that scanners for secrets look for`() throws {
        let form = /smg_[0-9A-Za-z]{32}[0-9A-Za-z]{6}/
        for _ in 0..<100 {
            let key = KeyText.random()
            #expect(key.text.wholeMatch(of: form) != nil)
            #expect(KeyText(key.text)?.text == key.text)
        }
    }

    /// zip's and PNG's CRC-32 of "123456789", and a key whose checksum Python's zlib made.
    @Test func `the checksum is the CRC-32 that everybody has`() {
        #expect(KeyText.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(KeyText("smg_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL") != nil)
    }

    @Test func `each of the 62 characters comes everywhere, and no two keys are the same`() {
        var keys: Set<String> = []
        var seen = Array(repeating: Set<Character>(), count: KeyText.randomCount)
        for _ in 0..<2_000 {
            let key = KeyText.random().text
            keys.insert(key)
            for (place, letter) in key.dropFirst(4).prefix(KeyText.randomCount).enumerated() {
                seen[place].insert(letter)
            }
        }
        #expect(keys.count == 2_000)
        // 62 · (61/62)^2000 < 10^-12: a place that lacks a character is a broken generator.
        #expect(seen.allSatisfy { $0.count == 62 })
    }

    @Test func `a key with one wrong or two swapped characters is refused without a look-up`() {
        let key = Array(KeyText.random().text)
        for place in 4..<key.count {
            var wrong = key
            wrong[place] = wrong[place] == "x" ? "y" : "x"
            #expect(KeyText(String(wrong)) == nil)
            guard place + 1 < key.count, key[place] != key[place + 1] else { continue }
            var swapped = key
            swapped.swapAt(place, place + 1)
            #expect(KeyText(String(swapped)) == nil)
        }
    }

    @Test(arguments: [
        "", "smg_", "SMG_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL",
        "smg_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL ", "smg_0123456789ABCDEFGHIJKLMNOPQRSTUV",
        "smg-0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL",
        "smg_0123456789ABCDEFGHIJKLMNOPQRSTU1ggZdLé",
        "smg_0123456789ABCDEFGHIJKLMNOPQRST\u{0}V123456",
    ])
    func `what is no key is refused`(text: String) {
        #expect(KeyText(text) == nil)
    }

    @Test func `a key is never shown by printing what holds it`() {
        let key = KeyText.random()
        let secret = String(key.text.dropFirst(8))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])", "\((key, 1))"] {
            #expect(!text.contains(secret))
        }
    }

    @Test(
        arguments: [
            ("read", [.read]), ("files,read", [.read, .files]),
            ("read,orders,files", Set<KeyScope>.all),
        ] as [(String, Set<KeyScope>)])
    func `scopes are read in any order`(text: String, scopes: Set<KeyScope>) {
        #expect(Set(text: text) == scopes)
        #expect(Set(text: scopes.text) == scopes)
    }

    @Test(arguments: ["", "read,", "write", "READ", "read, files"])
    func `an unknown scope is refused`(text: String) {
        #expect(Set<KeyScope>(text: text) == nil)
    }
}
