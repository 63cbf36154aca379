import Glibc
import TestHouse
import TestSupport

/// An inbox as a careless or malicious reseller leaves it, among files of honest ones.
struct HostileInbox {
    private let folder = TemporaryFolder()
    private let tiny: Int
    /// Why not all could be made; nil if it could.
    private(set) var notice: String?
    private var works: Works { Works(path: folder.path) }
    private var acme: String { "\(works.spool)/resellers/acme" }

    /// KiB of address space: the most that `ingest` may use, whatever it finds.
    private static let memory = 1 << 20

    /// - `tiny`: how many honest files lie among the others.
    /// - `huge`: how long a file is that has no bytes on the disk: 2G is the most that is read.
    init(tiny: Int, huge: String) throws {
        self.tiny = tiny
        // One of the files stays incomplete for ever.
        try works.configure([.unpaused("sandbox", url: "http://127.0.0.1:9/api/v2")])
        try works.write(
            #"{"batch": "users", "by": "a", "why": "b", "users": [{"user": "acme"}, "#
                + #"{"user": "zenith"}]}"#,
            to: "spool/desk/inbox/users.json")
        try works.done("ingest")
        // A file that no link and no name may reach.
        try works.write("secret", to: "secret")
        let made = shellRun(
            """
            cd '\(acme)/inbox' || exit 1
            ln -s '\(folder.path)/secret' link.json; ln -s loop.json loop.json
            mkfifo fifo.json; mknod device.json c 1 5 2>/dev/null || echo no device
            mkdir folder.json; echo '{}' > first; ln first hard.json
            echo '{}' > "$(printf 'line\\nbreak.json')"; echo '{}' > 'x..json'
            echo '{}' > '-rf *.json'
            head -c 10000 /dev/zero | tr '\\0' '[' > deep.json; truncate -s \(huge) huge.json
            cd '\(works.spool)/resellers/zenith/inbox' || exit 1
            seq \(tiny) | while read n; do echo "{\\"batch\\": \\"$n\\", \\"cancels\\": []}" \
            > $n.json; done
            """)
        guard made.status == 0 else { throw WorldFailure("the inbox cannot be filled") }
        if !made.output.isEmpty { notice = "no device can be made here, so none was in the inbox" }
    }

    /// Faults after runs during which one file grows and another is replaced.
    func seen() throws -> [String] {
        let restless = """
            (cd '\(acme)/inbox'; n=0; while :; do n=$((n + 1)); echo ' ' >> grows.json; \
            echo "{\\"batch\\": \\"$n\\", \\"cancels\\": []}" > new; mv new replaced.json; done) & \
            restless=$!; trap "kill $restless" EXIT; \
            ulimit -v \(Self.memory); timeout 900
            """
        let busy = works.run("ingest", under: restless)
        let quiet = works.run("ingest", under: "ulimit -v \(Self.memory); exec timeout 900")
        var seen = [busy, quiet].filter { $0.status != 0 }
            .map { "ingest ended with \($0.status): \($0.text.prefix(500))" }
        let receipts = names(in: "\(works.spool)/resellers/zenith/outbox").count {
            $0.hasSuffix(".receipt.json")
        }
        if receipts != tiny { seen.append("\(receipts) of \(tiny) honest files have a receipt") }
        let told = names(in: "\(acme)/outbox").filter { $0.hasSuffix(".receipt.json") }
        let device = notice == nil ? ["device"] : []
        for name in [
            "link", "loop", "fifo", "folder", "deep", "huge", "line_break", "x.", "-rf *", "grows",
            "replaced",
        ] + device where !told.contains("\(name).receipt.json") {
            seen.append("\(name) has no receipt")
        }
        let left = names(in: "\(acme)/inbox").filter { $0.hasSuffix(".json") }
        if left != ["hard.json"] { seen.append("the inbox keeps \(left)") }
        if content(at: "\(folder.path)/secret") != "secret" { seen.append("a link was followed") }
        let audit = works.run("report audit")
        if audit.status != 0 { seen.append("the books are wrong: \(audit.text)") }
        return seen
    }
}
