import TestHouse
import TestSupport

/// A panel with something broken that the programs need: its ledger, its folders, its disk, its
/// configuration or its provider. Every message must then be a sentence of ours.
final class BrokenHouse {
    private let folder = TemporaryFolder(inMemory: true)
    private let sound: Works
    private let panel: Works
    private let calls: SystemCalls?

    /// What an operator runs, with `PANEL` for the panel's folder; `ingest` has a file to take,
    /// `dispatch` an order to send.
    static let commands = [
        "ingest", "dispatch", "poll", "report summaries", "report audit", "admin status",
        "admin user list", "admin backup PANEL/copy.sqlite",
    ]

    /// What happens in the panel's folder before a command.
    static let troubles: KeyValuePairs = [
        "a ledger of other bytes": "head -c 20000 /dev/urandom > var/ledger.sqlite",
        "a ledger of text": "echo 'not a ledger, but long enough to look' > var/ledger.sqlite",
        "half a ledger": "truncate -s 9000 var/ledger.sqlite",
        "a ledger with a hole": """
        dd if=/dev/zero of=var/ledger.sqlite bs=4096 seek=3 count=40 conv=notrunc 2>/dev/null
        """,
        "a folder for a ledger": "rm var/*; mkdir var/ledger.sqlite",
        "a folder for its log": "rm -f var/*-wal var/*-shm; mkdir var/ledger.sqlite-wal",
        "no folder for the ledger": "rm -r var; touch var",
        "no lock": "rm -r spool/lock; touch spool/lock",
        "no spool": "rm -r spool; touch spool",
        "no reports": "rm -rf reports; touch reports",
        "no desk": "rm -r spool/desk; touch spool/desk",
        "no archive": "rm -rf spool/archive spool/work; touch spool/archive spool/work",
        "an outbox that is a file":
            "rm -r spool/resellers/acme/outbox; touch spool/resellers/acme/outbox",
        "no configuration": "rm pipeline.yaml",
        "a folder for a configuration": "rm pipeline.yaml; mkdir pipeline.yaml",
        "a configuration of tabs": "printf 'currency: USD\\n\\tspool: x\\n' > pipeline.yaml",
        "no key": "sed -i 's/SANDBOX_KEY/NO_SUCH_KEY/' pipeline.yaml",
        "a key in no file": "sed -i 's/{env: SANDBOX_KEY}/{file: none.key}/' pipeline.yaml",
        "nobody at the provider's": "sed -i 's,http://[^/]*,http://127.0.0.1:1,' pipeline.yaml",
        "no such provider": "sed -i 's,http://[^/]*,http://nowhere.invalid,' pipeline.yaml",
        "no TLS at the provider's": "sed -i 's,http://,https://,' pipeline.yaml",
    ]

    /// Command lines that are wrong.
    static let slips = [
        "ingest --bogus", "dispatch --log-format", "poll statuses balances nonsense",
        "report --since yesterday summaries", "admin", "admin decide", "admin nonsense",
        "admin deposit acme", "admin user add", "admin backup", "ingest --verbose --quiet",
    ]

    /// Errors that the system may give, and calls that may give them.
    static let errors = [
        "EIO", "ENOSPC", "EROFS", "EACCES", "EMFILE", "EDQUOT", "ENOENT", "ENOMEM",
    ]

    init() throws {
        sound = Works(path: "\(folder.path)/sound")
        panel = Works(path: "\(folder.path)/panel")
        let sandbox = try SandboxProcess("--speed 0 --balance 100000", key: Works.key)
        try sound.open(with: sandbox)
        try sound.accept("first")
        try sound.done("dispatch", "poll", "report summaries")
        try sound.stage("second")
        let drop = "cp '\(sound.path)/staged/second.json' '\(sound.spool)/resellers/acme/inbox/'"
        guard shellRun(drop).status == 0 else { throw WorldFailure("nothing can be dropped") }
        try sound.accept("third")
        // The sandbox ends here: nothing waits for a provider that is not there.
        try sound.copy(to: panel)
        calls = try? SystemCalls(of: "ingest", on: panel)
    }

    /// The raw words in the messages of every command after `script`.
    func seen(after script: String) throws -> [String] {
        var seen: [String] = []
        for command in Self.commands {
            try sound.copy(to: panel)
            guard shellRun("cd '\(panel.path)' && \(script)").status == 0 else {
                throw WorldFailure("cannot be done: \(script)")
            }
            seen += raw(panel.run(inPlace(command)).text, of: command) + rawWritten(of: command)
        }
        return seen
    }

    private func inPlace(_ command: String) -> String {
        command.replacing("PANEL", with: "'\(panel.path)'")
    }

    func seen(of slip: String) -> [String] { raw(panel.run(slip).text, of: slip) }

    /// The raw words in the messages of `command` when its calls of one name fail, from a certain
    /// one on; nil if nothing can be made to fail here.
    func seen(of command: String, failing call: String, from number: Int, with error: String) throws
        -> [String]?
    {
        guard let calls else { return nil }
        try sound.copy(to: panel)
        let blow = calls.blow(.failure(error, isLasting: true), at: call, number)
        return raw(panel.run(inPlace(command), struckBy: blow).text, of: "\(command), \(blow)")
            + rawWritten(of: command)
    }

    /// The raw words in what was recorded for the operator: exceptions, evidence, reasons,
    /// receipts.
    private func rawWritten(of command: String) -> [String] {
        let written =
            (try? panel.aside().table(
                """
                SELECT detail FROM exceptions UNION SELECT coalesce(evidence, '') FROM attempts
                UNION SELECT coalesce(detail, '') FROM lines
                UNION SELECT coalesce(detail, '') FROM files
                """)) ?? []
        return written.flatMap { raw($0, of: "\(command), written") }
    }

    private func raw(_ text: String, of command: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            RawWords.alone(in: String(line)).map {
                "\(command) says \($0.debugDescription) raw: \(line)"
            }
        }
    }
}
