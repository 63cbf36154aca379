import TestHouse
import TestSupport

extension Works {
    /// Works in memory as `furnishIntake` makes them.
    static func intakeScene() throws -> Works {
        let works = Works(inMemory: true)
        try works.furnishIntake()
        return works
    }

    /// Prepares a run of `ingest`, with every kind of file in the inboxes that intake
    /// distinguishes: several users with several files, small ones that share a commit, a
    /// duplicate, rejected ones, desk files, files in doors.
    func furnishIntake() throws {
        let sandbox = try SandboxProcess("--speed 0", key: Works.key)
        try configure(
            [.unpaused("sandbox", url: sandbox.url)],
            // In a traced run, commits that end by the clock would end elsewhere.
            intake: "max_files_per_commit: 12, max_file_bytes: 8192, commit_milliseconds: 60000",
            also: "desks: {web: [bans, unbans]}")
        try write(
            """
            {"batch": "users", "by": "anna", "why": "test",
             "users": [{"user": "acme"}, {"user": "zenith"}],
             "deposits": [{"user": "acme", "method": "bank", "reference": "A", "amount": "100"},
                          {"user": "zenith", "method": "bank", "reference": "Z", "amount": "2"}]}
            """, to: "spool/desk/inbox/users.json")
        try done("ingest", "poll catalogue")
        let known = Self.orders("known", count: 2)
        try write(known, to: "\(Self.inbox("acme"))/known.json")
        try done("ingest")
        try fill(known)
        try fillDoors(known)
    }

    private func fill(_ known: String) throws {
        let acme: [(String, String)] =
            [
                ("known-again", known), ("first", Self.orders("first", count: 30)),
                ("wrong", #"{"orders": [}"#),
                // Half a file, which stays where it is.
                ("torn", #"{"orders": [{"service": 101"#),
                ("huge", Self.orders("huge", count: 200)),
                (
                    "mixed",
                    """
                    {"batch": "mixed", "orders": [{"service": 9}],
                     "withdrawals": [{"ref": "W", "amount": 1, "to": "IBAN"}],
                     "deposits": [{"ref": "D", "method": "bank", "reference": "T", "amount": 5}]}
                    """
                ),
            ] + (1...10).map { ("small-\($0)", Self.orders("small-\($0)", count: 1)) }
        for (name, text) in acme { try write(text, to: "\(Self.inbox("acme"))/\(name).json") }
        // Files held by a run that died: one that can be put back, and one whose name is taken by
        // now.
        try write(Self.orders("held", count: 1), to: "spool/work/acme/held.json")
        try write(Self.orders("older", count: 1), to: "spool/work/acme/twice.json")
        try write(Self.orders("newer", count: 1), to: "\(Self.inbox("acme"))/twice.json")
        try write(Self.orders("poor", count: 3), to: "\(Self.inbox("zenith"))/poor.json")
        try write(
            #"{"all_or_nothing": true, "orders": [{"service": 101}]}"#,
            to: "\(Self.inbox("zenith"))/whole.json")
        try write(
            """
            {"users": [{"user": "new"}], "bans": [{"user": "new", "reason": "test"}],
             "deposits": [{"user": "acme", "method": "bank", "reference": "T", "amount": 5}]}
            """, to: "spool/desk/inbox/bank.json")
    }

    /// What programs that serve HTTP drop, what a run that died had collected of it, and files of a
    /// named desk.
    private func fillDoors(_ known: String) throws {
        try write(Self.orders("door", count: 2), to: "spool/doors/acme/door.json")
        try write(known, to: "spool/doors/acme/e-known.json")
        try write(Self.orders("long", count: 200), to: "spool/doors/zenith/long.json")
        let digest = String(repeating: "0", count: 64)
        try write(
            Self.orders("collected", count: 1), to: "spool/work/acme/\(digest)-collected.json")
        let lines = #""unbans": [{"user": "acme"}], "refunds": [{"order": 1}]}"#
        try write(#"{"batch": "1", "# + lines, to: "spool/desks/web/inbox/unban.json")
        try write(#"{"batch": "2", "# + lines, to: "spool/doors/@web/again.json")
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
