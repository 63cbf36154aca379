import Glibc
import TestHouse
import TestSupport
import Testing

/// `admin key`, as an operator runs it.
@Suite struct KeyTests {
    private let panel = ObligingPanel()
    private let works: Works
    private var form: Regex<Substring> { /smg_[0-9A-Za-z]{38}/ }

    init() throws {
        works = try Works(buyingFrom: panel)
        try works.configure("desks: {payments: [deposits]}\nspool:", insteadOf: "spool:")
        try works.open()
    }

    private var accounts: String { "\(works.path)/var/accounts.sqlite" }

    @Test func `the key alone is on standard output, and never in the log`() throws {
        for quiet in ["", " --quiet"] {
            let ended = works.run(
                "admin key issue acme --name shop --scopes read,files --expires 2999-12-31 "
                    + "--from 192.0.2.0/24,2001:db8::1\(quiet)")
            #expect(ended.status == 0, "\(ended.text)")
            #expect(ended.output.wholeMatch(of: form) != nil, "\(ended.output)")
            #expect(!ended.log.contains(ended.output.dropFirst(8)))
            #expect(ended.log.contains("issued a key") == quiet.isEmpty, "\(ended.log)")
            #expect(!works.run("admin key list").output.contains(ended.output.dropFirst(8)))
        }
        let list = works.run("admin key list acme").output
        #expect(
            list.split(separator: "\n")[1].hasPrefix("1    acme  smg_"), "\(list)")
        #expect(list.contains("working  read,files  192.0.2.0/24,2001:db8::1  "), "\(list)")
        // A day's end is meant.
        #expect(list.contains("3000-01-01T00:00:00Z  -          shop"), "\(list)")
        #expect(works.run("admin key list zenith").output.split(separator: "\n").count == 1)
    }

    @Test func `a program reads the new key from an object`() throws {
        let ended = works.run("admin key issue --desk payments --json")
        #expect(ended.status == 0, "\(ended.text)")
        #expect(ended.output.contains(form))
        #expect(ended.output.contains(#""holder":"@payments""#), "\(ended.output)")
        let list = works.run("admin key list --json").output
        #expect(list.contains(#""scopes":"files""#), "\(list)")
        #expect(list.contains(#""state":"working""#), "\(list)")
        #expect(!list.contains(form))
    }

    @Test(arguments: [
        ("issue nobody", "There is no user nobody; no key was made."),
        ("issue --desk web", "There is no desk web; no key was made."),
        ("issue", "Say whose key it is"), ("issue acme --desk payments", "Say whose key it is"),
        ("issue --desk payments --scopes read", "A desk's key opens files and nothing else."),
        ("issue acme --expires 2020-01-01", "2020-01-02T00:00:00Z is past; no key was made."),
        ("issue acme --expires tomorrow", "It must be a time in UTC"),
        ("issue acme --from 192.0.2.1/24", "192.0.2.1/24 must be an address or a range"),
        ("issue acme --scopes write", "It must be one or more of read,orders,files"),
        ("revoke 7", "There is no key 7; nothing was done."),
        ("revoke smg_", "It must be a key's number"),
    ])
    func `what cannot be is refused, and no key is made`(words: String, reason: String) {
        let ended = works.run("admin key \(words)")
        #expect(ended.status == 64)
        #expect(ended.text.contains(reason), "\(ended.text)")
        #expect(!ended.output.contains(form))
        #expect(!works.run("admin key list --json").output.contains("holder"))
    }

    @Test func `a look at keys makes no database`() throws {
        try works.done("admin key list", "admin key confirm")
        #expect(!works.run("admin status").output.contains("keys wait"))
        #expect(access(accounts, F_OK) != 0)
    }

    @Test func `a key is revoked once`() throws {
        try works.done("admin key issue acme")
        #expect(works.run("admin key revoke 1").output == "key 1 is revoked")
        #expect(works.run("admin key revoke 1").output.hasPrefix("key 1 was revoked before, at "))
        #expect(works.run("admin key list").output.contains("  revoked  "))
    }

    @Test func `an older ledger put back brings no revoked key back`() throws {
        try works.done("admin key issue acme", "admin key issue acme")
        try works.done("admin backup \(works.backup)", "admin key revoke 1")
        try works.restore()
        try works.done("admin recover --restored --yes")
        let list = works.run("admin key list").output.split(separator: "\n")
        #expect(list[1].contains("  revoked  "))
        #expect(list[2].contains("  working  "))
    }

    @Test func `restored accounts wait for a person, and status says so`() throws {
        try works.done("admin key issue acme", "admin key issue acme")
        try works.done("admin backup \(works.backup)", "admin key revoke 1")
        for end in ["", "-wal", "-shm"] { unlink(accounts + end) }
        #expect(shellRun("cp '\(works.backup).accounts' '\(accounts)'").status == 0)

        let status = works.run("admin status")
        #expect(status.status == 2)
        #expect(status.output.contains("keys wait (2)"), "\(status.output)")
        #expect(works.run("admin key list").output.contains("  waiting  "))
        try works.done("admin key revoke 1")
        #expect(works.run("admin key confirm").output == "confirmed: 2")
        #expect(works.run("admin key confirm").output == "no key waited")
        #expect(!works.run("admin status").output.contains("keys wait"))
        let list = works.run("admin key list").output.split(separator: "\n")
        #expect(list[1].contains("  revoked  "))
        #expect(list[2].contains("  working  "))
    }

    /// Between the commit of a change and the note of it in the spool. Nobody was told of the
    /// change yet: it stands, the next look at the keys shows it, and from then on a copy from
    /// before it is known to be older.
    @Test func `a change that was committed and not noted stands, and the list shows it`() throws {
        try NoPowerSwitch.check()
        try works.done("admin key issue acme")
        func strike(_ words: String) -> Works.Ending {
            // The note is first written beside the old one, and that only after the commit.
            works.run("admin \(words)") { command in
                KillPoint("openat", 1).striking(
                    command, "signal=SIGKILL", at: ["\(works.spool)/lock/accounts.part"])
            }
        }
        let issued = strike("key issue acme --name late")
        #expect(issued.status != 0 && issued.output.firstMatch(of: form) == nil)
        let list = works.run("admin key list").output.split(separator: "\n")
        #expect(list.count == 3 && list[2].contains("  working  ") && list[2].hasSuffix("late"))
        #expect(!works.run("admin status").output.contains("keys wait"))

        try works.done("admin backup \(works.backup)")
        #expect(strike("key revoke 1").status != 0)
        #expect(works.run("admin key list").output.contains("  revoked  "))
        for end in ["", "-wal", "-shm"] { unlink(accounts + end) }
        #expect(shellRun("cp '\(works.backup).accounts' '\(accounts)'").status == 0)
        #expect(!works.run("admin key list").output.contains("  working  "))
        #expect(works.run("admin status").output.contains("keys wait (2)"))
    }

    @Test func `a backup has both or neither, and replaces nothing`() throws {
        try works.done("admin backup \(works.backup)")
        #expect(access("\(works.backup).accounts", F_OK) != 0)
        try works.done("admin key issue acme", "admin backup \(works.backup).2")
        var status = stat()
        #expect(stat("\(works.backup).2.accounts", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        try works.write("dear diary", to: "backup.3.accounts")
        let ended = works.run("admin backup \(works.backup).3")
        #expect(ended.status == 74)
        #expect(ended.log.contains("backup.3.accounts is there already"), "\(ended.log)")
        #expect(access("\(works.backup).3", F_OK) != 0)
        #expect(works.entries("../").allSatisfy { !$0.hasSuffix(".part") })
    }
}
