import TestHouse
import TestSupport

extension Rig {
    static let powerCut = Rig(
        "power-cut", "nothing that was promised is lost with the power"
    ) { extent, findings in
        try NoPowerSwitch.check()
        try findings.onDisk { findings in
            let disk = try Disk(megabytes: 64)
            try cutIngest(disk, extent, &findings)
            try cutSending(try Disk(megabytes: 64), extent, &findings)
            try cutDoors(extent, &findings)
        }
    }

    /// Cuts the power while clients call `upload`, where it dies or the `ingest` that they wait
    /// for.
    private static func cutDoors(_ extent: Extent, _ findings: inout Findings) throws {
        for target in DoorPowerCut.Target.allCases {
            let cut = try DoorPowerCut(of: target)
            findings.trying("\(target) with clients, cut at its end") { try cut.seenAtTheEnd() }
            for call in extent == .full ? cut.calls.counts.keys.sorted() : target.few {
                findings.kill(
                    "\(target) with clients, power cut", at: call, of: cut.calls, extent,
                    most: extent == .full ? 20 : 1
                ) { try cut.seen(after: $0) }
            }
        }
    }

    /// Cuts the power in runs of `ingest` over the same scene, and once at its end.
    private static func cutIngest(
        _ disk: Disk, _ extent: Extent, _ findings: inout Findings
    ) throws {
        let works = Works(path: "\(disk.path)/panel")
        try works.furnishIntake()
        try disk.keep()
        try works.done("ingest")
        let expected = try Aftermath(of: works)
        try disk.putBack()
        let calls = try SystemCalls(of: "ingest", on: works)
        findings.trying("ingest, cut at its end") {
            try disk.putBack()
            try works.done("ingest")
            try disk.cutPower()
            return try Aftermath(of: works).difference(from: expected)
        }
        for call in SystemCalls.names {
            findings.kill(
                "ingest, power cut", at: call, of: calls, extent, most: extent == .full ? 40 : 1
            ) { blow in
                try disk.putBack()
                guard try works.isKilled("ingest", by: blow) else { return nil }
                try disk.cutPower()
                let untrue = try works.untrueReceipts()
                try works.done("ingest")
                return try untrue + Aftermath(of: works).difference(from: expected)
            }
        }
    }

    /// Cuts the power in runs of `dispatch` and `poll`, each with an order of each kind to send or
    /// to ask about, and continues with what the disk held.
    private static func cutSending(
        _ disk: Disk, _ extent: Extent, _ findings: inout Findings
    ) throws {
        let sandbox = try SandboxProcess("--speed 1000000 --balance 100000", key: Works.key)
        let works = Works(path: "\(disk.path)/panel")
        try works.open(with: sandbox)
        // The configuration is on disk: the operator who writes it sees to that.
        try disk.keep()
        var batches = 0
        func prepare(_ program: String) throws {
            try works.accept("b\(batches)")
            batches += 1
            if program == "poll" { try works.done("dispatch") }
            try works.hasten()
        }
        for program in ["dispatch", "poll"] {
            try prepare(program)
            let calls = try SystemCalls(of: program, on: works, and: ["sendto"])
            for call in calls.counts.keys.sorted() where call != "openat" && call != "write" {
                findings.kill(
                    "\(program), power cut", at: call, of: calls, extent,
                    most: extent == .full ? 60 : 1
                ) { blow in
                    try prepare(program)
                    guard try works.isKilled(program, by: blow) else { return nil }
                    try disk.cutPower()
                    try works.done("dispatch")
                    return try works.findings()
                }
            }
        }
        try works.settle(with: ["sandbox": sandbox])
        findings.trying("what became of all of it") {
            try works.verdict(on: batches, by: sandbox)
        }
    }
}

extension DoorPowerCut.Target {
    /// Where it is struck in the short form.
    fileprivate var few: [String] {
        switch self {
        case .files: ["renameat2"]
        case .withdrawals: ["unlinkat"]
        case .ingest: ["fdatasync"]
        }
    }
}
