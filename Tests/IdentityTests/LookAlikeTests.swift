import TestSupport
import Testing

@testable import Identity

/// Random texts as different people and programs write them: look-alikes have one key, and
/// different texts have two.
@Suite struct LookAlikeTests {
    private static let rounds = 3_000
    private static let letters: [String] =
        Array("abcxyzABCXYZ0189-_./#").map(String.init) + ["é", "ß", "ж", "中", "한", "ø", "ñ", "Ω"]
    private static let unseen = [
        "\u{200B}", "\u{200C}", "\u{200D}", "\u{AD}", "\u{FEFF}", "\u{202A}", "\u{202C}",
        "\u{2060}",
        "\u{FE0F}", "\u{180E}", "\u{34F}", "\u{FFFC}",
    ]
    private static let blanks = [
        " ", "\u{A0}", "\u{2009}", "\u{3000}", "\t", "\u{1680}", "\u{2800}",
    ]

    /// Letters, with blanks between some of them.
    private func text(_ random: inout Seeded) -> [String] {
        let count = Int.random(in: 1...12, using: &random)
        return (0..<count).map { index in
            index > 0 && index < count - 1 && index % 4 == 2
                ? " " : Self.letters.randomElement(using: &random)!
        }
    }

    /// The same text as another person or program writes it.
    private func respelled(_ text: [String], _ random: inout Seeded) -> String {
        func some(_ what: [String]) -> String {
            (0..<Int.random(in: 0...2, using: &random)).map { _ in
                what.randomElement(using: &random)!
            }
            .joined()
        }
        var result = some(Self.blanks)
        for letter in text {
            result += some(Self.unseen)
            if letter == " " {
                result += Self.blanks.randomElement(using: &random)! + some(Self.blanks)
            } else {
                result += written(letter, &random)
            }
        }
        return result + some(Self.unseen) + some(Self.blanks)
    }

    private func written(_ letter: String, _ random: inout Seeded) -> String {
        let scalar = letter.unicodeScalars.first!
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where 0x21...0x7E ~= scalar.value:
            return String(Unicode.Scalar(scalar.value + 0xFEE0)!)
        case 0 where letter == "é": return "e\u{301}"
        case 0 where letter == "ñ": return "n\u{303}"
        case 0 where letter == "한": return "\u{1112}\u{1161}\u{11AB}"
        case 0 where letter == "Ω": return "\u{2126}"
        default: return letter
        }
    }

    @Test func `look-alikes have one key`() {
        var random = Seeded()
        for _ in 0..<Self.rounds {
            let text = text(&random)
            let (one, other) = (respelled(text, &random), respelled(text, &random))
            let comment: Comment =
                "SEED=\(random.seed) \(one.debugDescription) \(other.debugDescription)"
            #expect(Spelling(ofName: one).key == Spelling(ofName: other).key, comment)
            #expect(Spelling(ofName: one).key == Spelling(ofName: text.joined()).key, comment)
            let loud = Bool.random(using: &random) ? other.uppercased() : other.lowercased()
            #expect(Spelling(ofPayment: one).key == Spelling(ofPayment: loud).key, comment)
        }
    }

    @Test func `texts that differ in a letter, case or blank have two keys`() {
        var random = Seeded()
        for _ in 0..<Self.rounds {
            let text = text(&random)
            var other = text
            let place = Int.random(in: 0..<text.count, using: &random)
            other[place] = Self.letters.filter { $0 != text[place] }.randomElement(using: &random)!
            let (one, two) = (respelled(text, &random), respelled(other, &random))
            let comment: Comment =
                "SEED=\(random.seed) \(one.debugDescription) \(two.debugDescription)"
            #expect(Spelling(ofName: one).key != Spelling(ofName: two).key, comment)
            guard text[place].lowercased() != other[place].lowercased() else { continue }
            #expect(Spelling(ofPayment: one).key != Spelling(ofPayment: two).key, comment)
        }
    }
}
