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
            let doors = try FullDoors()
            for left in extent == .full ? Array(0..<60) : [0, 25] {
                findings.trying("upload, with \(left) pages left") { try doors.seen(leaving: left) }
            }
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
        let scene = try Works.intakeScene()
        let works = Works(path: "\(disk.path)/panel")
        try scene.copy(to: works)
        try works.done("ingest")
        let expected = try Aftermath(of: works)
        for left in pages(extent, to: 160) {
            findings.trying("ingest, with \(left) pages left") {
                try scene.copy(to: works)
                let seen = try disk.leaving(pages: left) { works.ending(of: "ingest") }
                let half = try works.aside().findings() + works.untrueReceipts()
                try works.done("ingest")
                return try seen + half + Aftermath(of: works).difference(from: expected)
            }
        }
    }

    /// `dispatch`, `poll` and `report`, after an order of each kind was accepted; and `admin
    /// backup`.
    private static func fillUnderSending(
        _ disk: SmallDisk, _ extent: Extent, _ findings: inout Findings
    ) throws {
        let sandbox = try SandboxProcess("--speed 1000000 --balance 100000", key: Works.key)
        let works = Works(path: "\(disk.path)/panel")
        try works.open(with: sandbox)
        try works.accept("b0")
        try works.done("dispatch", "poll", "report")
        try fillUnderBackup(disk, works, extent, &findings)
        var (batches, journals) = (1, 0)
        for left in pages(extent, to: 60) {
            try works.accept("b\(batches)")
            batches += 1
            for program in ["dispatch", "poll", "report"] {
                findings.trying("\(program), with \(left) pages left") {
                    let seen = try disk.leaving(pages: left) { works.ending(of: program) }
                    if try works.isJournalKept() { journals += 1 }
                    try works.done(program)
                    return try seen + works.findings() + works.halfReports()
                }
            }
        }
        findings.trying("what became of all of it") {
            // An answer that the ledger had no room for is in the journal: nothing is in doubt.
            let doubts = try works.table("SELECT ref FROM orders WHERE state = 'in_doubt'")
            try works.settle(with: ["sandbox": sandbox])
            return try doubts.map { "\($0) was held in doubt" }
                + (journals == 0 ? ["no answer ever needed the journal"] : [])
                + works.verdict(on: batches, by: sandbox)
        }
    }

    /// A file with a backup's name is whole, right after a run that found room or seemed to, and
    /// after the next one. The pages go up to what a backup needs.
    private static func fillUnderBackup(
        _ disk: SmallDisk, _ works: Works, _ extent: Extent, _ findings: inout Findings
    ) throws {
        let backup = "\(disk.path)/backup"
        let command = "admin backup \(backup)"
        let whole = (bytes(at: works.ledgerPath)?.count ?? 0) / SmallDisk.page
        var (failed, made) = (0, 0)
        for left in pages(extent, to: whole + 40) {
            findings.trying("backup, with \(left) pages left") {
                defer { _ = shellRun("rm -f '\(backup)' '\(backup).part'") }
                let ending = try disk.leaving(pages: left) { works.run(command) }
                var seen = works.complaints(about: ending)
                if ending.status == 0 { made += 1 } else { failed += 1 }
                if names(in: disk.path).contains("backup") {
                    seen += try works.faults(inLatestBackup: backup)
                } else if ending.status == 0 {
                    seen.append("status 0, and there is no backup")
                } else {
                    try works.done(command)
                    seen += try works.faults(inLatestBackup: backup)
                }
                return try seen + works.findings()
            }
        }
        if (failed == 0) != (made == 0) {
            findings.fail("\(failed) backups failed, \(made) did not")
        }
    }
}

extension Works {
    /// What is wrong about how a program ends that may find no room.
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
