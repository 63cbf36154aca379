import Glibc

/// Words of libraries: SQLite's, libcurl's, libyaml's, the system's, Swift's own. In front of a
/// person they may stand in parentheses, behind a sentence of ours; alone they say neither what is
/// still true nor what to do.
package enum RawWords {
    /// The first of them that stands outside parentheses in a message; nil if there is none.
    package static func alone(in message: String) -> String? {
        let outside = withoutParentheses(message)
        return phrases.first { outside.contains($0) }
            ?? outside.firstMatch(of: dump).map { String($0.0) }
    }

    /// How Swift prints a value that nobody gave words: `IOError(code: 2`, `Optional(1`.
    private nonisolated(unsafe) static let dump =
        /Error Domain|Fatal error|\b[A-Z][A-Za-z]*\(\)|\b[A-Z][A-Za-z]+(Error|Failure)\b/

    /// The message with nothing between its outer parentheses.
    private static func withoutParentheses(_ text: String) -> String {
        var depth = 0
        var outside: [Character] = []
        for character in text {
            if character == ")" { depth = max(0, depth - 1) }
            if depth == 0 { outside.append(character) }
            if character == "(" { depth += 1 }
        }
        return String(outside)
    }

    private static let phrases = sqlite + curl + yaml + system

    private static let system = (1...133).map { String(cString: strerror($0)) }
        .filter { !$0.hasPrefix("Unknown error") }

    private static let sqlite = [
        "SQLite error", "SQL logic error", "access permission denied", "query aborted",
        "database is locked", "database table is locked", "out of memory",
        "attempt to write a readonly database", "disk I/O error",
        "database disk image is malformed",
        "unknown operation", "database or disk is full", "unable to open database file",
        "locking protocol", "database schema has changed", "string or blob too big",
        "constraint failed", "datatype mismatch", "bad parameter or other API misuse",
        "authorization denied", "column index out of range", "file is not a database",
        "no such table", "no such column", "syntax error", "already exists", "not a database",
    ]

    private static let curl = [
        "Unsupported protocol", "URL using bad/illegal format", "Could not resolve host",
        "Couldn't resolve host name", "Could not connect to server", "Couldn't connect to server",
        "Failed to connect", "Timeout was reached", "timed out after", "Weird server reply",
        "Server returned nothing", "Empty reply from server", "Failure when receiving data",
        "Failed sending data", "Transferred a partial file", "transfer closed with",
        "SSL connect error", "SSL peer certificate", "Problem with the", "Send failed since",
        "Error in the HTTP2 framing layer", "Stream error", "Failed writing received data",
        "Unrecognized or bad HTTP Content", "Recv failure", "Send failure",
    ]

    private static let yaml = [
        "found character that cannot", "mapping values are not allowed", "could not find expected",
        "did not find expected", "block sequence entries", "mapping keys are not allowed",
        "found unexpected", "found unknown", "found invalid", "found a tab",
        "invalid leading UTF-8",
        "invalid trailing UTF-8", "invalid length of a UTF-8", "incomplete UTF-",
        "control characters are not allowed", "invalid Unicode character",
        "unexpected low surrogate",
        "while scanning", "while parsing", "found duplicate", "found undefined",
    ]
}
