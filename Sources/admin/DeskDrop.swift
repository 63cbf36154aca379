import ArgumentParser
import Glibc
import Ledger
import Run
import SQLiteTables
import Settings
import Spool
import StrictJSON
import Timestamps

/// The options of every command that drops a desk file.
struct DeskOptions: ParsableArguments {
    @OptionGroup var stage: StageOptions

    @Option(
        help: ArgumentHelp(
            "Who does this. (default: $SUDO_USER, else $USER)", valueName: "name"),
        transform: ArgumentText.line)
    var by: String?

    @Option(
        name: [.long, .customLong("reason")],
        help: ArgumentHelp(
            "Why: it stays in the books. A banned user's receipts say it too.", valueName: "text"),
        transform: ArgumentText.line)
    var why: String?

    @Flag(
        help: """
            Have ingest take it now, wait for the receipt and show it. Ends with 1 if a line was rejected, \
            with 2 if there is no receipt after two minutes.
            """)
    var wait = false

    /// Checks against the ledger, drops the lines, and says so.
    ///
    /// - Parameter check: throws `ValidationError` for what intake would reject.
    func drop(
        _ lines: DeskLines, check: (RunContext, Ledger, Spool) throws -> Void = { _, _, _ in }
    ) async throws {
        try await drop { context, ledger, spool in
            try check(context, ledger, spool)
            return lines
        }
    }

    /// Looks into the ledger, drops the lines that it calls for, and says so.
    ///
    /// - Parameter lines: throws `ValidationError` where there are none to drop; nil if it said so itself.
    func drop(_ lines: (RunContext, Ledger, Spool) throws -> DeskLines?) async throws {
        var verdict = ReceiptVerdict.accepted
        try await stage.look("admin") { context in
            let spool = try Spool.open(at: context.settings.spool, program: context.program)
            let ledger = try Ledger.open(
                in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
                lastSeenIn: spool.generationFile)
            guard let lines = try lines(context, ledger, spool) else { return }
            let drop = DeskDrop(lines: lines, by: person, why: why, at: context.clock.now())
            try drop.perform(in: spool)
            guard wait else { return try tell(of: drop, in: spool) }
            let receipt = AwaitedReceipt(
                of: drop, in: spool, configuration: stage.configuration,
                settleSeconds: context.settings.intake.settleSeconds)
            verdict = try receipt.wait(answering: stage)
        }
        if verdict != .accepted { throw ExitCode(verdict.rawValue) }
    }

    private func tell(of drop: DeskDrop, in spool: Spool) throws {
        let file = "\(spool.inbox(of: .desk))/\(drop.name)"
        try Answer.give(
            stage,
            """
            dropped \(file): \(drop.lines.meaning); ingest applies it with its next run, and answers in \
            \(drop.receipt(in: spool))
            """
        ) { json in
            json.member("file", file)
            json.member("batch", drop.batch)
            json.member("receipt", drop.receipt(in: spool))
            json.member("lines", Int64(drop.lines.members.count))
        }
    }

    private var person: String? {
        by ?? Settings.processEnvironment("SUDO_USER") ?? Settings.processEnvironment("USER")
    }
}

/// The lines of a desk file, all of one kind.
struct DeskLines {
    let kind: LineKind
    /// The words of the command, for the file's name: `user-ban`.
    let words: String
    /// What will be true, for a person.
    let meaning: String
    /// For each line, what writes the members of its object.
    let members: [(inout JSONWriter) -> Void]

    init(
        kind: LineKind, words: String, meaning: String,
        members: [(inout JSONWriter) -> Void]
    ) {
        self.kind = kind
        self.words = words
        self.meaning = meaning
        self.members = members
    }

    /// One line.
    init(
        kind: LineKind, words: String, meaning: String,
        line: @escaping (inout JSONWriter) -> Void
    ) {
        self.init(kind: kind, words: words, meaning: meaning, members: [line])
    }
}

/// A desk file to be dropped.
struct DeskDrop {
    let lines: DeskLines
    let by: String?
    let why: String?
    /// For ever the desk's only batch of that name. It sorts by time: intake takes the desk's files in
    /// the order of their names, and a deposit comes after the user it is for.
    let batch: String

    init(lines: DeskLines, by: String?, why: String?, at now: Timestamp) {
        self.lines = lines
        self.by = by
        self.why = why
        batch = "admin-\(now.milliseconds)-\(lines.words)-\(getpid())"
    }

    var name: String { "\(batch).json" }

    func receipt(in spool: Spool) -> String {
        "\(spool.outbox(of: .desk))/\(OutboxName.receipt(ofFile: batch))"
    }

    func perform(in spool: Spool) throws {
        let isDropped = try spool.drop(name, into: .desk) { try $0.write(content) }
        precondition(isDropped, "a process drops one file in a millisecond")
    }

    private var content: [UInt8] {
        var json = JSONWriter(pretty: true)
        json.beginObject()
        json.member("batch", batch)
        if let by { json.member("by", by) }
        if let why { json.member("why", why) }
        json.key(lines.kind.rawValue)
        json.beginArray()
        for members in lines.members {
            json.beginObject(inline: true)
            members(&json)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.drain()
    }
}

extension JSONWriter {
    /// A key with text, if there is one: an absent key leaves what is there.
    mutating func given(_ key: String, _ text: String?) {
        if let text { member(key, text) }
    }
}
