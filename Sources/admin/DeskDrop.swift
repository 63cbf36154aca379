import ArgumentParser
import BatchFiles
import Glibc
import Run
import Settings
import Spool
import Stage
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
            Have ingest take it now, wait for the receipt and show it. Ends with 1 if a line was \
            rejected, with 2 if there is no receipt after two minutes.
            """)
    var wait = false

    /// Opens the house, drops the lines of a command, and reports that.
    ///
    /// - Parameter lines: gives the lines, after looking into the ledger. It throws
    ///   `ValidationError` for a line that intake would reject, and returns nil if there is nothing
    ///   to drop and it has already said so.
    /// - Throws: `ExitCode`; what `lines` throws.
    func drop(_ lines: (Stage) throws -> DeskLines?) async throws {
        var verdict = ReceiptVerdict.accepted
        try await stage.look("admin") { context in
            let house = try Stage.open(context)
            guard let lines = try lines(house) else { return }
            try lines.checkCount(in: house.settings)
            let spool = house.spool
            let drop = DeskDrop(lines: lines, by: person, why: why, at: context.clock.now())
            try drop.perform(in: spool)
            guard wait else { return try report(drop, in: spool) }
            let receipt = AwaitedReceipt(
                of: drop, in: spool, configuration: stage.configuration,
                settleSeconds: context.settings.intake.settleSeconds)
            verdict = try receipt.wait(answering: stage)
        }
        if verdict != .accepted { throw ExitCode(verdict.rawValue) }
    }

    private func report(_ drop: DeskDrop, in spool: Spool) throws {
        let file = "\(spool.inbox(of: .desk))/\(drop.name)"
        try Answer.give(
            stage,
            """
            dropped \(file): \(drop.lines.meaning); ingest applies it with its next run, and \
            answers in \(drop.receipt(in: spool))
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
    /// What will then be true, for a person.
    let meaning: String
    /// For each line, the closure that writes the members of its object.
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

    /// Refuses more lines than intake takes in one file.
    ///
    /// - Parameters:
    ///   - settings: set the limit.
    ///   - advice: one more sentence.
    /// - Throws: `ValidationError`.
    func checkCount(in settings: Settings, advice: String = "") throws {
        let most = settings.intake.maxOrdersPerFile
        guard members.count <= most else {
            throw ValidationError(
                "\(members.count) \(kind.rawValue) are more than one file may hold (\(most)); "
                    + "nothing was dropped.\(advice)")
        }
    }
}

/// A desk file to be dropped.
struct DeskDrop {
    let lines: DeskLines
    let by: String?
    let why: String?
    /// The desk will never have another batch of that name. Names sort by time, because intake
    /// takes the desk's files in the order of their names: a deposit comes after its user.
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
        DeskFileText(
            batch: batch, by: by, why: why, kind: lines.kind, lines: lines.members
        ).bytes
    }
}
