/// A value in a YAML file, with the place where it begins.
struct Node {
    let mark: Mark
    let content: Content

    enum Content {
        /// A single value. Only a plain one, written without quotes, can be a number, true or
        /// false.
        case scalar(String, isPlain: Bool)
        case sequence([Node])
        /// Every pair as written; a key that is set twice appears twice.
        case mapping([Pair])
    }

    /// The name of a setting, the place where it stands, and its value.
    struct Pair {
        let name: String
        let mark: Mark
        let value: Node
    }
}

/// A place in a file. Both count from 1; a column is a character.
struct Mark: Comparable {
    let line: Int
    let column: Int

    static let start = Mark(line: 1, column: 1)

    static func < (earlier: Mark, later: Mark) -> Bool {
        (earlier.line, earlier.column) < (later.line, later.column)
    }
}

extension Node {
    /// The node in words, for an error message.
    var found: String {
        switch content {
        case .scalar("", isPlain: true), .scalar("~", isPlain: true),
            .scalar("null", isPlain: true):
            "empty"
        case .scalar(let text, isPlain: true): excerpt(of: text)
        case .scalar(let text, isPlain: false): "the text \(excerpt(of: text))"
        case .sequence: "a list"
        case .mapping: "a section"
        }
    }

    /// The text of a single value; nil if it is empty or null.
    var text: String? {
        guard case .scalar(let text, _) = content, found != "empty" else { return nil }
        return text
    }

    /// The text of a value written without quotes.
    var plainText: String? {
        guard case .scalar(_, isPlain: true) = content else { return nil }
        return text
    }
}

/// `text` in quotes, with line breaks and the like escaped, cut to fit into a sentence.
func excerpt(of text: String) -> String {
    let limit = 60
    let beginning = String(text.unicodeScalars.prefix(limit))
    return beginning.debugDescription + (beginning == text ? "" : "…")
}
