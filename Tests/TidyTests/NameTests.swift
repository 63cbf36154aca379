import Testing

@Suite struct NameTests {
    /// Words that do not say what a thing is, and what to write instead.
    static let banned: [(word: String, instead: String)] = [
        ("job", "batch, order, run or line"), ("item", "order, line or service"),
        ("record", "row, line or order"), ("manager", "what it does, as a verb or a noun"),
        ("helper", "what it helps with"), ("utils", "what is in it"), ("util", "what is in it"),
        ("common", "what is in it"), ("handler", "what it does"), ("processor", "what it does"),
        ("task", "order, line or run"),
    ]

    @Test(arguments: banned) func `names say what a thing is`(word: String, instead: String) {
        for file in SourceTree.files {
            let stem = String(file.name.dropLast(".swift".count))
            if Self.words(of: stem).contains(word) {
                Issue.record("\(file.path): not \"\(word)\" in a file's name, but \(instead).")
            }
            for type in file.types
            where Self.words(of: type.name).contains(word) {
                Issue.record(
                    "\(file.path):\(type.line): \(type.name). Not \"\(word)\", but \(instead).")
            }
        }
    }

    @Test func `every type of the programs has a sentence`() {
        for file in SourceTree.files where file.isBelow(["Sources"]) {
            for type in file.types where !type.isDocumented && !type.isNested {
                Issue.record(
                    "\(file.path):\(type.line): \(type.name) has no ///: say what it is."
                )
            }
        }
    }

    @Test func `a type's name means one thing across the shared modules`() {
        var homes: [String: [String]] = [:]
        for file in SourceTree.files where file.isBelow(["Sources/Shared"]) {
            for type in file.types where !type.isNested && !type.isPrivate {
                homes[type.name, default: []].append("\(file.path):\(type.line)")
            }
        }
        for (name, places) in homes where places.count > 1 {
            Issue.record("\(name) is \(places.joined(separator: " and ")): rename one of them.")
        }
    }

    @Test(arguments: [
        ("JobQueue", ["job", "queue"]), ("receiptWriter", ["receipt", "writer"]),
        ("Order+Utils", ["order", "utils"]), ("JSONItem", ["json", "item"]),
        ("Commons", ["commons"]),
    ])
    func `a name is read word by word`(name: String, words: [String]) {
        #expect(Self.words(of: name) == words)
    }

    @Test func `a declared type is recognized`() {
        let source = """
            /// An order.
            @frozen package struct Order {
                enum State { case open }
                /// A line.
                private final class Line {}
            }
            /// Two kinds of subject.
            enum One {}
            enum Two {}
            extension Order { func type() -> Order.Type { Order.self } }
            // struct Gone {}
            """
        let types = SourceFile(path: "x.swift", bytes: Array(source.utf8)).types
        #expect(types.map(\.name) == ["Order", "State", "Line", "One", "Two"])
        #expect(types.map(\.line) == [2, 3, 5, 8, 9])
        #expect(types.map(\.isDocumented) == [true, false, true, true, true])
        #expect(types.map(\.isNested) == [false, true, true, false, false])
    }

    /// `FileDraft+Orders` → `file draft orders`; runs of capitals are one word with what follows.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        var previous: Character = " "
        let letters = Array(name)
        for (index, letter) in letters.enumerated() {
            let next = index + 1 < letters.count ? letters[index + 1] : " "
            let begins = letter.isUppercase && (!previous.isUppercase || next.isLowercase)
            if !letter.isLetter {
                previous = " "
                continue
            }
            if begins || previous == " " { words.append("") }
            words[words.count - 1].append(letter.lowercased())
            previous = letter
        }
        return words
    }
}
