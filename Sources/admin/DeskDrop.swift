import ArgumentParser
import Glibc
import Ledger
import Run
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
        help: ArgumentHelp("Why, for what stays in the books.", valueName: "text"),
        transform: ArgumentText.line)
    var why: String?

    /// Checks against the ledger, drops the line, and says so.
    ///
    /// - Parameter check: throws `ValidationError` for what intake would reject.
    func drop(
        _ line: DeskLine, check: (RunContext, Ledger, Spool) throws -> Void = { _, _, _ in }
    ) async throws {
        try await drop { context, ledger, spool in
            try check(context, ledger, spool)
            return line
        }
    }

    /// Looks into the ledger, drops the line that it calls for, and says so.
    ///
    /// - Parameter line: throws `ValidationError` where there is none to drop.
    func drop(_ line: (RunContext, Ledger, Spool) throws -> DeskLine) async throws {
        try await stage.look("admin") { context in
            let spool = try Spool.open(at: context.settings.spool, program: context.program)
            let ledger = try Ledger.open(
                at: context.settings.ledger, currency: context.settings.currency,
                lastSeenIn: spool.generationFile)
            let line = try line(context, ledger, spool)
            let drop = DeskDrop(line: line, by: person, why: why, at: context.clock.now())
            try drop.perform(in: spool)
            try Answer.give(
                stage,
                "dropped \(spool.inbox(of: .desk))/\(drop.name): \(line.meaning); ingest applies it"
            ) { json in
                json.member("file", "\(spool.inbox(of: .desk))/\(drop.name)")
                json.member("batch", drop.batch)
            }
        }
    }

    private var person: String? {
        by ?? Settings.processEnvironment("SUDO_USER") ?? Settings.processEnvironment("USER")
    }
}

/// The one line of a desk file.
struct DeskLine {
    let kind: LineKind
    /// The words of the command, for the file's name: `user-ban`.
    let words: String
    /// What will be true, for a person.
    let meaning: String
    /// Writes the members of the line's object.
    let members: (inout JSONWriter) -> Void
}

/// A desk file of one line, to be dropped.
struct DeskDrop {
    let line: DeskLine
    let by: String?
    let why: String?
    /// For ever the desk's only batch of that name. It sorts by time: intake takes the desk's files in
    /// the order of their names, and a deposit comes after the user it is for.
    let batch: String

    init(line: DeskLine, by: String?, why: String?, at now: Timestamp) {
        self.line = line
        self.by = by
        self.why = why
        batch = "admin-\(now.milliseconds)-\(line.words)-\(getpid())"
    }

    var name: String { "\(batch).json" }

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
        json.key(line.kind.rawValue)
        json.beginArray()
        json.beginObject(inline: true)
        line.members(&json)
        json.endObject()
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
