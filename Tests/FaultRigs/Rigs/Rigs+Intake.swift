extension Rig {
    /// What tries `ingest`, and what tries the disks of all programs.
    static let intake = [
        ingestKills, ingestErrors, ingestRecovery, powerCut, fullDisk, restore,
    ]

    private static let ingestKills = Rig(
        "ingest-kills", "a file takes effect once, wherever ingest is killed"
    ) { extent, findings in
        let sweep = try IntakeSweep()
        for call in SystemCalls.names {
            // In the short form, most where the ledger is written: what half a commit left shows
            // there.
            let few = call == "pwrite64" ? 12 : 2
            for number in sweep.calls.spread(over: call, most: extent == .full ? .max : few) {
                let blow = sweep.calls.blow(.kill, at: call, number)
                findings.trying("\(blow)") { try sweep.seen(after: [blow]) ?? ["never felt"] }
            }
            guard extent == .full, let count = sweep.calls.counts[call] else { continue }
            // A run that is disturbed may make more calls than the one that was watched.
            for number in (count + 1)... {
                let blow = sweep.calls.blow(.kill, at: call, number)
                guard let seen = try sweep.seen(after: [blow]) else { break }
                findings.trying("\(blow)") { seen }
            }
        }
        // Its rounds are the same; between them stand the watches and the notes.
        let lingering = try IntakeSweep(of: "ingest --linger 0 --no-dispatch")
        for call in extent == .full ? SystemCalls.names : ["openat", "rename"] {
            let most = extent == .full ? .max : 3
            findings.kill("lingering", at: call, of: lingering.calls, extent, most: most) {
                try lingering.seen(after: [$0])
            }
        }
    }

    private static let ingestErrors = Rig(
        "ingest-errors", "a file takes effect once, whatever call of ingest fails"
    ) { extent, findings in
        let sweep = try IntakeSweep()
        for call in SystemCalls.names {
            for number in sweep.calls.spread(over: call, most: extent == .full ? .max : 1) {
                for effect in extent == .full ? failures : [failures[0], failures[3]] {
                    let blow = sweep.calls.blow(effect, at: call, number)
                    findings.trying("\(blow)") { try sweep.seen(after: [blow]) ?? [] }
                }
            }
        }
    }

    private static let failures = [
        Blow.Effect.failure("EIO", isLasting: false), .failure("EIO", isLasting: true),
        .failure("ENOSPC", isLasting: false), .failure("ENOSPC", isLasting: true),
    ]

    private static let ingestRecovery = Rig(
        "ingest-recovery", "a file takes effect once, if the recovery of a kill is killed too"
    ) { extent, findings in
        let sweep = try IntakeSweep()
        // Where files get other names, and where the ledger is written.
        let firsts = ["renameat", "pwrite64", "fdatasync", "fsync", "unlinkat"]
        for first in extent == .full ? firsts[...] : firsts[..<2] {
            for number in sweep.calls.spread(over: first, most: extent == .full ? 20 : 1) {
                for second in SystemCalls.names {
                    for other in sweep.calls.spread(over: second, most: extent == .full ? 4 : 1) {
                        let blows = [
                            sweep.calls.blow(.kill, at: first, number),
                            sweep.calls.blow(.kill, at: second, other),
                        ]
                        guard let seen = try sweep.seen(after: blows) else { continue }
                        findings.trying("\(blows[0]), then \(blows[1])") { seen }
                    }
                }
            }
        }
    }
}
