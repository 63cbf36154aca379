import TestHouse
import TestSupport

extension Rig {
    static let fullDisk = Rig(
        "full-disk", "a full disk ends a run with 74, and loses nothing"
    ) { extent, findings in
        try findings.onDisk { findings in
            let room = try SmallDisk()
            try fillUnderIngest(room, extent, &findings)
            try fillUnderSending(try SmallDisk(), extent, &findings)
        }
    }

    /// The pages left to a program: from none to more than it needs.
    ///
    /// `dispatch` needs its journal with 15 to 23 of them: one of the few is in the middle of that.
    private static func pages(_ extent: Extent, to most: Int) -> StrideTo<Int> {
        stride(from: 0, to: most, by: extent == .full ? 1 : most / 6)
    }

    private static func fillUnderIngest(
        _ disk: SmallDisk, _ extent: Extent, _ findings: inout Findings
    ) throws {
        let scene = try IntakeScene()
        let premises = Premises(path: "\(disk.path)/panel")
        try scene.premises.copy(to: premises)
        try premises.done("ingest")
        let expected = try Aftermath(of: premises)
        for left in pages(extent, to: 160) {
            findings.trying("ingest, with \(left) pages left") {
                try scene.premises.copy(to: premises)
                let seen = try disk.leaving(pages: left) { premises.ending(of: "ingest") }
                let half = try premises.aside().findings() + premises.untrueReceipts()
                try premises.done("ingest")
                return try seen + half + Aftermath(of: premises).difference(from: expected)
            }
        }
    }

    /// `dispatch`, `poll` and `report`, after an order of each kind was accepted; and `admin backup`.
    private static func fillUnderSending(
        _ disk: SmallDisk, _ extent: Extent, _ findings: inout Findings
    ) throws {
        let sandbox = try SandboxProcess("--speed 1000000 --balance 100000", key: Premises.key)
        let premises = Premises(path: "\(disk.path)/panel")
        try premises.open(with: sandbox)
        try premises.accept("b0")
        try premises.done("dispatch", "poll", "report")
        try fillUnderBackup(disk, premises, extent, &findings)
        var (batches, journals) = (1, 0)
        for left in pages(extent, to: 60) {
            try premises.accept("b\(batches)")
            batches += 1
            for program in ["dispatch", "poll", "report"] {
                findings.trying("\(program), with \(left) pages left") {
                    let seen = try disk.leaving(pages: left) { premises.ending(of: program) }
                    if try premises.isJournalKept() { journals += 1 }
                    try premises.done(program)
                    return try seen + premises.findings() + premises.halfReports()
                }
            }
        }
        findings.trying("what became of all of it") {
            // An answer that the ledger had no room for is in the journal: nothing is in doubt.
            let doubts = try premises.table("SELECT ref FROM orders WHERE state = 'in_doubt'")
            try premises.settle(with: ["sandbox": sandbox])
            return try doubts.map { "\($0) was held in doubt" }
                + (journals == 0 ? ["no answer ever needed the journal"] : [])
                + premises.verdict(on: batches, by: sandbox)
        }
    }

    /// Whatever has a backup's name is whole: at once, where the run found room or seemed to, and after
    /// the next. The pages go as far as a backup needs them.
    private static func fillUnderBackup(
        _ disk: SmallDisk, _ premises: Premises, _ extent: Extent, _ findings: inout Findings
    ) throws {
        let backup = "\(disk.path)/backup"
        let command = "admin backup \(backup)"
        let whole = (bytes(at: premises.ledger)?.count ?? 0) / SmallDisk.page
        var (failed, made) = (0, 0)
        for left in pages(extent, to: whole + 40) {
            findings.trying("backup, with \(left) pages left") {
                defer { _ = shellRun("rm -f '\(backup)' '\(backup).part'") }
                let ending = try disk.leaving(pages: left) { premises.run(command) }
                var seen = premises.complaints(about: ending)
                if ending.status == 0 { made += 1 } else { failed += 1 }
                if names(in: disk.path).contains("backup") {
                    seen += try premises.faults(inLatestBackup: backup)
                } else if ending.status == 0 {
                    seen.append("status 0, and there is no backup")
                } else {
                    try premises.done(command)
                    seen += try premises.faults(inLatestBackup: backup)
                }
                return try seen + premises.findings()
            }
        }
        if failed == 0 || made == 0 { findings.fail("\(failed) backups failed, \(made) did not") }
    }
}

extension Premises {
    /// What should not be of how a program ends that may find no room.
    fileprivate func ending(of program: String) -> [String] {
        complaints(about: run(program))
    }

    fileprivate func complaints(about ending: Ending) -> [String] {
        [0, 74].contains(ending.status) ? [] : ["status \(ending.status): \(ending.text)"]
    }

    /// Whether the journal of `dispatch` has answers.
    fileprivate func isJournalKept() throws -> Bool {
        bytes(at: "\(spool)/journal/dispatch.answers")?.first ?? 0 != 0
    }

    /// Reports that end in the middle of a line.
    fileprivate func halfReports() -> [String] {
        let latest = "\(path)/reports/latest"
        return names(in: latest).filter { name in
            name.hasSuffix(".csv") && bytes(at: "\(latest)/\(name)")?.last != UInt8(ascii: "\n")
        }.map { "\($0) is cut off" }
    }
}
