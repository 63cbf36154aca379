import TestHouse
import TestSupport

extension Rig {
    static let restore = Rig(
        "restore", "an older ledger is refused until it is recovered, and sends nothing twice"
    ) { extent, findings in
        try NoPowerSwitch.check()
        try restoreEachDay(extent, &findings)
        try killBackups(extent, &findings)
    }

    /// What was done before the backup, and what after it, in every place where one can cut.
    private static let days = [
        "accept a", "dispatch", "poll", "accept b", "dispatch --limit 1", "dispatch", "accept c",
        "poll", "report",
    ]

    /// Restores the ledger of every moment of some days, and recovers; a kill at every call of it.
    private static func restoreEachDay(_ extent: Extent, _ findings: inout Findings) throws {
        for moment in stride(from: 0, through: days.count - 1, by: extent == .full ? 1 : 4) {
            let sandbox = try SandboxProcess("--speed 1000000", key: Premises.key)
            let folder = TemporaryFolder(inMemory: true)
            let today = Premises(path: "\(folder.path)/today")
            let restored = Premises(path: "\(folder.path)/restored")
            try today.open(with: sandbox)
            for (number, deed) in days.enumerated() {
                if number == moment { try today.done("admin backup \(folder.path)/backup") }
                try today.perform(deed)
            }
            let sent = try sandbox.counts()

            try today.restore("\(folder.path)/backup", to: restored)
            let calls = try SystemCalls(of: recover, on: restored)
            let isSwept = moment == days.count / 2
            for call in isSwept ? SystemCalls.names : ["pwrite64"] {
                for number in calls.spread(over: call, most: extent == .full ? 40 : 1) {
                    let blow = calls.blow(.kill, at: call, number)
                    findings.trying("before \(days[moment]), recover \(blow)") {
                        try today.restore("\(folder.path)/backup", to: restored)
                        var seen = restored.refusals()
                        _ = restored.run(recover, struckBy: blow)
                        try restored.done(recover)
                        try restored.done("ingest", "dispatch", "poll", "ingest", "dispatch")
                        if try sandbox.counts() != sent { seen.append("something was sent again") }
                        return try seen + restored.findings()
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
        let furnished = try IntakeScene()
        defer { withExtendedLifetime(furnished) {} }
        let scene = furnished.premises
        let backup = "\(scene.path)/backup"
        let calls = try SystemCalls(of: "admin backup \(backup)", on: scene)
        for call in SystemCalls.names {
            for number in calls.spread(over: call, most: extent == .full ? 40 : 1) {
                let blow = calls.blow(.kill, at: call, number)
                findings.trying("backup \(blow)") {
                    _ = shellRun("rm -f '\(backup)'")
                    _ = scene.run("admin backup \(backup)", struckBy: blow)
                    if bytes(at: backup) == nil { try scene.done("admin backup \(backup)") }
                    return try scene.findings(inBackup: backup) + scene.findings()
                }
            }
        }
    }
}

extension Premises {
    /// One deed of a day: a batch is accepted, or a program runs.
    fileprivate func perform(_ deed: String) throws {
        if deed.hasPrefix("accept ") { return try accept(String(deed.dropFirst(7))) }
        if deed == "poll" { _ = shellRun("sleep 1.1") }
        try done(deed)
    }

    /// Makes a copy of these premises with a backup in the place of the ledger.
    fileprivate func restore(_ backup: String, to other: Premises) throws {
        try copy(to: other)
        let script =
            "cd '\(other.path)/var' && rm -f ledger.sqlite* && cp '\(backup)' ledger.sqlite"
        guard shellRun(script).status == 0 else { throw RigFailure("\(backup) cannot be restored") }
    }

    /// The violations in a backup.
    fileprivate func findings(inBackup backup: String) throws -> [String] {
        let copy = Premises(path: "\(path)/copy")
        let script = "mkdir -p '\(copy.path)/var' && cp '\(backup)' '\(copy.ledger)'"
        guard shellRun(script).status == 0 else { throw RigFailure("\(backup) is not there") }
        return try copy.findings()
    }

    /// The programs that do not refuse this ledger.
    fileprivate func refusals() -> [String] {
        ["ingest", "dispatch", "poll", "report"].compactMap { program in
            let status = run(program).status
            return status == 78 ? nil : "\(program) ended with \(status), not 78"
        }
    }
}
