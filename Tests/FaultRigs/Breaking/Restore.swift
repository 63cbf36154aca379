import TestHouse
import TestSupport

extension Rig {
    static let restore = Rig(
        "restore", "an older ledger is refused until it is recovered, and sends nothing twice"
    ) { extent, findings in
        try NoPowerSwitch.check()
        for moment in extent == .full ? RestoredDoors.Deed.allCases : [.drop] {
            let day = try RestoredDoors()
            findings.trying("orders over HTTP, a backup before \(moment) put back") {
                try day.seen(backupBefore: moment)
            }
            findings.trying("the same, what the numbers are that were told") {
                try day.faultsAfterRecovery()
            }
        }
        try restoreEachDay(extent, &findings)
        try killBackups(extent, &findings)
    }

    /// What happened before the backup and after it, for every place where the day can be cut.
    private static let days = [
        "accept a", "dispatch", "poll", "accept b", "ask", "dispatch --limit 1", "pay", "dispatch",
        "accept c", "poll", "report",
    ]

    /// Restores the ledger of every moment of some days, recovers, and kills the recovery at every
    /// call.
    private static func restoreEachDay(_ extent: Extent, _ findings: inout Findings) throws {
        for moment in stride(from: 0, through: days.count - 1, by: extent == .full ? 1 : 5) {
            let sandbox = try SandboxProcess("--speed 1000000", key: Works.key)
            let folder = TemporaryFolder(inMemory: true)
            let today = Works(path: "\(folder.path)/today")
            let restored = Works(path: "\(folder.path)/restored")
            let (backup, copy) = ("\(folder.path)/backup", "\(folder.path)/copy")
            try today.open(with: sandbox)
            for (number, deed) in days.enumerated() {
                if number == moment {
                    try today.done("admin backup \(backup)")
                    try today.copyLedger(to: copy)
                }
                try today.perform(deed)
                // A program that only reads leaves the ledger as it was.
                guard number == moment, deed != "report" else { continue }
                findings.trying("a plain copy from before \(deed)") {
                    try today.restore(copy, to: restored)
                    return restored.refusals()
                }
            }
            let sent = try sandbox.counts()

            try today.restore(backup, to: restored)
            let calls = try SystemCalls(of: recover, on: restored)
            let isSwept = moment == days.count / 2
            for call in isSwept ? SystemCalls.names : ["pwrite64"] {
                for number in calls.spread(over: call, most: extent == .full ? 40 : 1) {
                    let blow = calls.blow(.kill, at: call, number)
                    findings.striking("before \(days[moment]), recover \(blow)") {
                        try today.restore(backup, to: restored)
                        guard restored.run(recover, struckBy: blow).isKilled else { return nil }
                        // Until the recovery is done, no program works with the ledger.
                        let isBackup = try restored.aside().table(
                            "SELECT number < 0 FROM generation")
                        var seen = isBackup == ["1"] ? restored.refusals() : []
                        try restored.done(recover)
                        try restored.done("ingest", "dispatch", "poll", "ingest", "dispatch")
                        if try sandbox.counts() != sent { seen.append("something was sent again") }
                        let withdrawals = "SELECT ref, status, amount FROM withdrawals"
                        if try restored.table(withdrawals) != today.table(withdrawals) {
                            seen.append("withdrawals are \(try restored.table(withdrawals))")
                        }
                        let numbers = "SELECT ref, id FROM orders ORDER BY id"
                        if try restored.table(numbers) != today.table(numbers) {
                            seen.append("orders are \(try restored.table(numbers))")
                        }
                        return try seen + restored.findings() + restored.silentInAnHour()
                    }
                }
            }
            findings.trying("before \(days[moment]), what became of all of it") {
                try restored.settle(with: ["sandbox": sandbox])
                return try restored.verdict(on: 3, by: sandbox, isRestored: true)
            }
        }
    }

    private static let recover = "admin recover --restored --yes"

    /// Kills `admin backup`: a backup that has its name is whole.
    private static func killBackups(_ extent: Extent, _ findings: inout Findings) throws {
        let scene = try Works.intakeScene()
        let backup = "\(scene.path)/backup"
        let calls = try SystemCalls(of: "admin backup \(backup)", on: scene)
        for call in SystemCalls.names {
            for number in calls.spread(over: call, most: extent == .full ? 40 : 1) {
                let blow = calls.blow(.kill, at: call, number)
                findings.striking("backup \(blow)") {
                    _ = shellRun("rm -f '\(backup)'")
                    guard scene.run("admin backup \(backup)", struckBy: blow).isKilled else {
                        return nil
                    }
                    if bytes(at: backup) == nil { try scene.done("admin backup \(backup)") }
                    return try scene.faults(inBackup: backup) + scene.findings()
                }
            }
        }
    }
}

extension Works {
    /// One step of a day: a batch is accepted, or a program runs.
    fileprivate func perform(_ deed: String) throws {
        if deed.hasPrefix("accept ") { return try accept(String(deed.dropFirst(7))) }
        switch deed {
        case "poll": _ = shellRun("sleep 1.1")
        case "ask":
            try write(
                #"{"batch": "w", "withdrawals": [{"ref": "W-1", "amount": "900", "to": "IBAN"}]}"#,
                to: "spool/resellers/acme/inbox/ask.json")
            return try done("ingest")
        case "pay":
            try write(
                """
                {"batch": "p", "by": "anna", "why": "test", "withdrawals": [
                    {"user": "acme", "ref": "W-1", "outcome": "paid", "reference": "T"}]}
                """, to: "spool/desk/inbox/pay.json")
            return try done("ingest")
        default: break
        }
        try done(deed)
    }

    /// Copies the ledger as anybody who knows SQLite can.
    fileprivate func copyLedger(to file: String) throws {
        try alter("VACUUM INTO '\(file)'")
    }

    /// Makes a copy of these works with a backup in the place of the ledger.
    fileprivate func restore(_ backup: String, to other: Works) throws {
        try copy(to: other)
        try other.putBack(backup)
    }

    /// The programs that do not refuse this ledger.
    fileprivate func refusals() -> [String] {
        ["ingest", "dispatch", "poll", "report"].compactMap { program in
            let status = run(program).status
            return status == 78 ? nil : "\(program) ended with \(status), not 78"
        }
    }
}
