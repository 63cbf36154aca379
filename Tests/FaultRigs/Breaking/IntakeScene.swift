import TestHouse
import TestSupport

/// Premises before a run of `ingest`, with everything in its inboxes that intake tells apart: several
/// users with several files, small ones that share a commit, a duplicate, rejected ones, a desk file.
final class IntakeScene: Sendable {
    private let folder = TemporaryFolder(inMemory: true)
    var premises: Premises { Premises(path: folder.path) }

    /// - Throws: `RigFailure`.
    init() throws {
        try Self.furnish(Premises(path: folder.path))
    }

    /// Makes the scene in an empty folder.
    static func furnish(_ premises: Premises) throws {
        let sandbox = try SandboxProcess("--speed 0", key: Premises.key)
        try premises.configure(
            provider: sandbox.url,
            // Commits that end by the clock would come elsewhere in a run that is traced.
            intake: "max_files_per_commit: 12, max_file_bytes: 8192, commit_milliseconds: 60000")
        try premises.write(
            """
            {"batch": "users", "by": "anna", "why": "test",
             "users": [{"user": "acme"}, {"user": "zenith"}],
             "deposits": [{"user": "acme", "method": "bank", "reference": "A", "amount": "100"},
                          {"user": "zenith", "method": "bank", "reference": "Z", "amount": "2"}]}
            """, to: "spool/desk/inbox/users.json")
        try premises.done("ingest", "poll catalogue")
        let known = orders("known", count: 2)
        try premises.write(known, to: "\(inbox("acme"))/known.json")
        try premises.done("ingest")
        try fill(premises, known)
    }

    private static func fill(_ premises: Premises, _ known: String) throws {
        let acme: [(String, String)] =
            [
                ("known-again", known), ("first", orders("first", count: 30)),
                ("wrong", #"{"orders": [}"#),
                // Half a file, which stays where it is.
                ("torn", #"{"orders": [{"service": 101"#),
                ("huge", orders("huge", count: 200)),
                (
                    "mixed",
                    """
                    {"batch": "mixed", "orders": [{"service": 9}],
                     "withdrawals": [{"ref": "W", "amount": 1, "to": "IBAN"}],
                     "deposits": [{"ref": "D", "method": "bank", "reference": "T", "amount": 5}]}
                    """
                ),
            ] + (1...10).map { ("small-\($0)", orders("small-\($0)", count: 1)) }
        for (name, text) in acme { try premises.write(text, to: "\(inbox("acme"))/\(name).json") }
        // What a run that died held: one to be put back as it is, one whose name is another's by now.
        try premises.write(orders("held", count: 1), to: "spool/work/acme/held.json")
        try premises.write(orders("older", count: 1), to: "spool/work/acme/twice.json")
        try premises.write(orders("newer", count: 1), to: "\(inbox("acme"))/twice.json")
        try premises.write(orders("poor", count: 3), to: "\(inbox("zenith"))/poor.json")
        try premises.write(
            #"{"all_or_nothing": true, "orders": [{"service": 101}]}"#,
            to: "\(inbox("zenith"))/whole.json")
        try premises.write(
            """
            {"users": [{"user": "new"}], "bans": [{"user": "new", "reason": "test"}],
             "deposits": [{"user": "acme", "method": "bank", "reference": "T", "amount": 5}]}
            """, to: "spool/desk/inbox/bank.json")
    }

    private static func inbox(_ user: String) -> String { "spool/resellers/\(user)/inbox" }

    /// A batch of orders for 0.97 each.
    private static func orders(_ batch: String, count: Int) -> String {
        let lines = (1...count).map {
            """
            {"ref": "\(batch)-\($0)", "service": 101, "link": "\(batch)/\($0)", "quantity": 900}
            """
        }
        return #"{"batch": "\#(batch)", "orders": [\#(lines.joined(separator: ", "))]}"#
    }
}
