import Glibc
import TestHouse
import TestSupport

// Checks between a disturbed run and the next. Opening a ledger repairs it, so only copies are
// opened, and the next run finds what the last one left.
extension Works {
    /// Works beside these, in the same folder, with a copy of a ledger in the place of theirs.
    ///
    /// `file`: the ledger that is copied, with its log; nil: that of these works.
    func aside(_ file: String? = nil) throws -> Works {
        let copy = Works(path: "\(path).aside")
        let script = """
            rm -rf '\(copy.path)'; mkdir -p '\(copy.path)/var'
            for end in '' -wal; do
                [ ! -e '\(file ?? ledgerPath)'$end ] \
                    || cp '\(file ?? ledgerPath)'$end '\(copy.ledgerPath)'$end 2>/dev/null || exit 1
            done
            """
        guard shellRun(script).status == 0 else {
            throw WorldFailure("\(ledgerPath) cannot be copied")
        }
        return copy
    }

    /// Receipts that say something the ledger does not.
    func untrueReceipts() throws -> [String] {
        let books = try aside()
        let digests = Set(try books.table("SELECT sha256 FROM files"))
        let orders = Set(try books.table("SELECT id FROM orders"))
        return ["resellers/acme", "resellers/zenith", "desk", "desks/web"].flatMap { home in
            names(in: "\(spool)/\(home)/outbox").filter { name in
                guard name.hasSuffix(".receipt.json") else { return false }
                let text = content(at: "\(spool)/\(home)/outbox/\(name)") ?? ""
                let digest = text.firstMatch(of: /"sha256": "([0-9a-f]+)"/).map { String($0.1) }
                return !digests.contains(digest ?? "")
                    || !text.matches(of: /"order": ([0-9]+)/)
                        .allSatisfy { orders.contains(String($0.1)) }
            }.map { "the receipt \(home)/\($0) is not what the ledger says" }
        }
    }

    /// The faults of a backup under its final name: it must be whole.
    func faults(inBackup backup: String) throws -> [String] {
        do {
            let copy = try aside(backup)
            let damage = try copy.table("PRAGMA integrity_check").filter { $0 != "ok" }
            return try (damage + copy.findings()).map { "the backup \(backup): \($0)" }
        } catch {
            return ["the backup \(backup): \(error)"]
        }
    }

    /// The faults of a backup of a ledger that has not changed since.
    func faults(inLatestBackup backup: String) throws -> [String] {
        let effects = """
            SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM orders),
                (SELECT count(*) FROM transactions), (SELECT count(*) FROM attempts)
            """
        let isComplete = try aside(backup).table(effects) == table(effects)
        return try faults(inBackup: backup) + (isComplete ? [] : ["the backup lacks something"])
    }

    /// What would stand still without anybody knowing an hour from now, if only `poll` ran then.
    /// That run uses a copy of the ledger. Without `faketime` nothing is checked.
    func silentInAnHour() throws -> [String] {
        guard shellRun("command -v faketime >/dev/null").status == 0 else { return [] }
        let later = try aside()
        let seconds = 3_700
        guard shellRun("cp '\(path)/pipeline.yaml' '\(later.path)/'").status == 0 else {
            throw WorldFailure("\(path)/pipeline.yaml cannot be copied")
        }
        let now = Int64(time(nil)) + Int64(seconds)
        let ending = later.run(
            "poll",
            under: "env NO_FAKE_STAT=1 DONT_FAKE_MONOTONIC=1 faketime -f '+\(seconds)s'")
        guard ending.status == 0 else {
            return ["an hour later, poll ended with \(ending.status): \(ending.text)"]
        }
        return try later.silence(at: now * 1_000)
    }
}
