/// The problems of libyaml in words for the person who wrote the text. This is the one place where
/// they become sentences; libyaml's own words follow in parentheses.
enum YAMLWords {
    /// Follows "this cannot be read: ".
    static func reason(for problem: String) -> String {
        "\(words(for: problem)) (libyaml: \(problem))"
    }

    private static let tab = "a tab; indent with blanks"
    private static let unclosed = "a quotation mark or a bracket before it is not closed"

    private static func words(for problem: String) -> String {
        switch problem {
        case "found character that cannot start any token":
            """
            a value cannot begin like this; indent with blanks, not tabs, and put a text that \
            begins with @, % or ` between quotation marks
            """
        case "found a tab character that violates indentation",
            "found a tab character where an indentation space is expected":
            tab
        case "mapping values are not allowed in this context":
            """
            a colon is not allowed here; put a text that holds ": " between quotation marks, and \
            indent the line like its neighbours
            """
        case "could not find expected ':'":
            "a setting needs a colon and a blank after its name"
        case "did not find expected key":
            "this line is not indented like its neighbours, or \(unclosed)"
        case "did not find expected '-' indicator":
            "this line is not indented like the other items of the list"
        case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
            "a comma or the closing bracket is missing before it"
        case "did not find expected node content":
            "a value is missing"
        case "block sequence entries are not allowed in this context",
            "block mapping keys are not allowed in this context",
            "mapping keys are not allowed in this context":
            "a list or a section is not allowed here; put it on a line of its own, indented"
        case "found unexpected end of stream", "found unexpected document indicator":
            unclosed
        case "found unknown escape character", "did not find expected hexdecimal number",
            "found invalid Unicode character escape code":
            """
            between double quotation marks \\ begins an escape, and YAML does not know this one; \
            use single quotation marks
            """
        case "control characters are not allowed":
            "a control character; save the file as plain text, in UTF-8"
        case _ where problem.contains("UTF-") || problem.contains("Unicode"):
            "a character that is not UTF-8; save the file as plain text, in UTF-8"
        default:
            "this is not YAML; look for a missing quotation mark, bracket or blank before it"
        }
    }
}
