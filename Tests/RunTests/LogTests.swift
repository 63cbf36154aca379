import ArgumentParser
import Logging
import TestSupport
import Testing

@testable import Run

private func logger(to pipe: Pipe, _ format: LogFormat = .text, level: Logger.Level = .notice)
    -> Logger
{
    Logger(label: "ingest") { _ in LineLog(lines: LogLines(to: pipe, format, level: level)) }
}

@Test func `a quiet run writes warnings and errors only`() throws {
    let folder = TemporaryFolder()
    let file = folder.write("currency: USD", to: "pipeline.yaml")
    var options = try StageOptions.parse(["--quiet", "--config", file])
    try options.validate()
    #expect(options.logLevel == .warning)
    options = try StageOptions.parse(["--config", file])
    #expect(options.logLevel == .notice)
}

@Test func `a line has a time, a level, the program, a message and its data by name`() {
    let pipe = Pipe()
    logger(to: pipe).notice(
        "ingested", metadata: ["orders": .stringConvertible(120), "file": "a b"])
    #expect(pipe.text == "2026-11-23T10:00:00Z notice ingest: ingested file=\"a b\" orders=120\n")
}

@Test func `a logger's own data is in all of its lines`() {
    let pipe = Pipe()
    var logger = logger(to: pipe)
    logger[metadataKey: "user"] = "acme"
    logger.notice("taken", metadata: ["file": "x"])
    #expect(pipe.text.hasSuffix("taken file=x user=acme\n"))
}

@Test(arguments: [
    ("orders.json", "orders.json"), ("größe-日本.json", "größe-日本.json"), ("", #""""#),
    ("a b", #""a b""#), ("a=b", #""a=b""#), (#"a"b"#, #""a\"b""#), (#"a\nb"#, #""a\\nb""#),
    (
        "a\n2026-11-23T10:00:00Z error ingest: forged",
        #""a\n2026-11-23T10:00:00Z error ingest: forged""#
    ),
    ("\u{1B}[2J", #""\u{1B}[2J""#), ("\r", #""\r""#), ("\0", #""\0""#), ("\u{7F}", #""\u{7F}""#),
    ("\u{9B}31m", #""\u{9B}31m""#), ("\u{85}", #""\u{85}""#), ("\u{2028}", #""\u{2028}""#),
    ("\u{202E}nosj", #""\u{202E}nosj""#), ("a\u{300}", "a\u{300}"),
])
func `a hostile text cannot forge a line, a field or a colour`(text: String, written: String) {
    let pipe = Pipe()
    logger(to: pipe).notice("taken", metadata: ["file": "\(text)"])
    #expect(pipe.text == "2026-11-23T10:00:00Z notice ingest: taken file=\(written)\n")
    logger(to: pipe).notice("\(text)", metadata: ["\(text)": "x"])
    #expect(
        pipe.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count == 2)
}

@Test func `a JSON line is one object, whatever it contains`() throws {
    let pipe = Pipe()
    logger(to: pipe, .json).notice(
        "a\n\"b\"", metadata: ["file": "x\n{}", "orders": .stringConvertible(3)])
    let line = pipe.text
    #expect(
        line == #"""
            {"at":"2026-11-23T10:00:00Z","level":"notice","program":"ingest","message":"a\n\"b\"",\#
            "data":{"file":"x\n{}","orders":3}}

            """#)
}

@Test(arguments: [
    (Logger.Level.debug, "debug info notice warning error"), (.notice, "notice warning error"),
    (.error, "error"),
])
func `a level leaves out less important lines`(level: Logger.Level, written: String) {
    let pipe = Pipe()
    let logger = logger(to: pipe, level: level)
    for level in [Logger.Level.trace, .debug, .info, .notice, .warning, .error] {
        logger.log(level: level, "x")
    }
    let levels = pipe.text.split(separator: "\n").map { $0.split(separator: " ")[1] }
    #expect(levels.joined(separator: " ") == written)
}

@Test func `a summary is a line in its own order, and one JSON object`() {
    let summary = Summary(
        "ingested",
        ["files": 3, "charged": .text("12.340000"), "accepted": .integer([1, 2].count)])
    let pipe = Pipe()
    LogLines(to: pipe).write(.notice, summary.verb, summary.fields)
    #expect(pipe.text.hasSuffix("ingest: ingested files=3 charged=12.340000 accepted=2\n"))
    #expect(
        String(decoding: summary.json, as: UTF8.self)
            == #"{"files":3,"charged":"12.340000","accepted":2}"# + "\n")
    #expect(summary["accepted"] == 2)
    #expect(summary["none"] == nil)
}

@Test(arguments: [
    ("smg_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL", "smg_0123…"),
    ("dropped smg_0123456789ABCDEF.json, smg_xyzw56", "dropped smg_0123….json, smg_xyzw…"),
    ("smg_", "smg_"), ("smg_0123", "smg_0123"), ("smg_smg_abcdefgh", "smg_smg_abcd…"),
    ("größe smg_aaaaaaaa é", "größe smg_aaaa… é"), ("smg", "smg"), ("", ""),
])
func `a key of the door is cut wherever it stands`(text: String, shown: String) {
    #expect(SecretWords.hidden(in: text) == shown)
}

@Test(arguments: LogFormat.allCases)
func `no line of the log shows a key of the door`(format: LogFormat) {
    let pipe = Pipe()
    let key = "smg_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL"
    logger(to: pipe, format).notice("taken \(key)", metadata: ["file": "\(key).json"])
    #expect(pipe.text.contains("smg_0123…"))
    #expect(!pipe.text.contains("0123456789"))
}
