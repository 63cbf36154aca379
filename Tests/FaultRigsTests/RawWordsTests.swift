import TestSupport
import Testing

/// The oracle of the rig `words` must find the words that it looks for.
@Suite struct RawWordsTests {
    @Test(arguments: [
        "cannot rename /a: Permission denied; nothing is lost",
        "SQLite error 8: attempt to write a readonly database",
        "no whole reply: Couldn't connect to server (curl 7)",
        "p.yaml:2:1: this cannot be read: did not find expected node content.",
        "stopped by something unexpected: IOError(errnoCode: 2)", "the rate is Optional(1)",
        "stopped: DecodingError",
    ])
    func `a library's words outside parentheses are found`(message: String) {
        #expect(RawWords.alone(in: message) != nil)
    }

    @Test(arguments: [
        "cannot rename /a: this user may not do that (Permission denied); nothing is lost",
        "l.sqlite: it is damaged (SQLite 11: malformed, in `f(a, (b))`); nothing more is written",
        "1.000 orders (of 2) were sent to alpha.example",
    ])
    func `a library's words in parentheses after our sentence are not`(message: String) {
        #expect(RawWords.alone(in: message) == nil)
    }
}
