import TestHouse
import TestSupport

/// An inbox whose owner replaces files under the same names while `ingest` takes them. Each file is
/// a batch of its own, so that its outcome is known.
struct ReplacedFiles {
    private let folder = TemporaryFolder(inMemory: true)
    private var works: Works { Works(path: folder.path) }
    private var home: String { "\(works.spool)/resellers/eve" }

    /// How many names the owner uses.
    private static let names = 30
    /// Every other file under the first of these names is too large.
    private static let large = 5
    /// How long `ingest` hesitates before an entry leaves an inbox, in microseconds: long enough
    /// for many files to be replaced between its look and its deed.
    private static let hesitation = 10_000

    /// - Throws: `WorldFailure`, `NoPowerSwitch`.
    init() throws {
        try NoPowerSwitch.check()
        try works.configure([.unpaused("sandbox", url: "http://127.0.0.1:9/api/v2")])
        try works.write(
            #"{"batch": "users", "by": "a", "why": "b", "users": [{"user": "eve"}]}"#,
            to: "spool/desk/inbox/users.json")
        try works.done("ingest")
        guard shellRun("cd '\(home)' && mkdir out && touch put").status == 0 else {
            throw WorldFailure("there is no inbox")
        }
    }

    /// Faults after some runs during which files were replaced, every other run killed, and after
    /// one that was left alone.
    func seen(runs: Int) throws -> [String] {
        var seen: [String] = []
        for run in 1...runs {
            let ending = works.run("ingest", under: "\(owner(run)) \(hesitating(run))")
            let isWell = ending.status == 0 || run.isMultiple(of: 2) && ending.isKilled
            if !isWell { seen.append("ended with \(ending.status): \(ending.text)") }
        }
        try works.done("ingest")
        return seen + (try lost()) + (try works.findings())
    }

    /// Every other run is killed while an original, or a file put in its place, is in `work`.
    private func hesitating(_ run: Int) -> String {
        let calls = "renameat2,unlinkat"
        let strike = run.isMultiple(of: 2) ? "-e inject=unlinkat:signal=KILL:when=\(1 + run) " : ""
        return "strace -f -qq -o /dev/null -e trace=\(calls) "
            + "-e inject=\(calls):delay_enter=\(Self.hesitation) \(strike)"
    }

    /// What the owner does meanwhile, from before `ingest` begins: until then they fill the inbox
    /// once. They replace nothing that they have not taken out before, so each file is in `out`,
    /// was taken by `ingest`, or is lost; `put` tells which there were.
    private func owner(_ run: Int) -> String {
        """
        cd '\(home)'; touch busy; before=$(wc -l < put); (n=\(run)000000; while [ -e busy ]; do \
        n=$((n + 1)); i=$((n % \(Self.names))); batch=$n; \
        echo "{\\"batch\\": \\"$n\\", \\"cancels\\": []}" > new; \
        if [ $i -lt \(Self.large) ] && [ $((n / \(Self.names) % 2)) = 0 ]; then \
        truncate -s 33M new; batch=; fi; \
        mv -n inbox/$i.json out/$n 2>/dev/null; mv -n new inbox/$i.json; \
        [ -e new ] || echo $batch >> put; done) & owner=$!; trap "rm busy; wait $owner" EXIT; \
        until [ $(wc -l < put) -ge $((before + 2 * \(Self.names))) ]; do sleep 0.1; done;
        """
    }

    /// The files that are nowhere: neither taken, with row and receipt, nor taken out by their
    /// owner.
    private func lost() throws -> [String] {
        let put = words("cat put")
        let out = words("find out -type f -size -1000k -exec cat {} + | grep -o '[0-9]*'")
        let told = words(
            "cat outbox/*.receipt.json | sed -n 's/.*\"batch\": \"\\([0-9]*\\)\".*/\\1/p'")
        let rows = Set(
            try works.table(
                "SELECT batch FROM files WHERE user_id = 'eve' AND batch IS NOT NULL"))
        if out.isEmpty || rows.isEmpty {
            return ["\(put.count) files: \(out.count) were taken out, \(rows.count) by ingest"]
        }
        let lost = put.subtracting(out).subtracting(rows)
        let untold = rows.subtracting(told)
        return
            (lost.isEmpty ? [] : ["\(lost.count) of \(put.count) files are lost: \(lost.sorted())"])
            + (untold.isEmpty ? [] : ["\(untold.count) files have no receipt: \(untold.sorted())"])
    }

    private func words(_ script: String) -> Set<String> {
        Set(
            shellRun("cd '\(home)' && \(script)").output.split(whereSeparator: \.isWhitespace)
                .map(String.init))
    }
}
