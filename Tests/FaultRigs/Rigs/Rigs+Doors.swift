extension Rig {
    /// What tries the doors.
    static let doors = [uploadKills]

    private static let uploadKills = Rig(
        "upload-kills", "a call takes effect once, wherever upload or ingest is killed, or stops"
    ) { extent, findings in
        for target in DoorSweep.Target.allCases {
            let sweep = try DoorSweep(of: target)
            for call in extent == .full ? sweep.calls.counts.keys.sorted() : target.few {
                let numbers = sweep.calls.spread(over: call, most: extent == .full ? .max : 1)
                for number in numbers {
                    let blow = sweep.blow(at: call, number)
                    findings.striking("\(target), \(blow)") { try sweep.seen(after: blow) }
                }
            }
        }
        let rush = try DoorRush()
        for count in extent == .full ? Array(1..<DoorRush.calls.count) : [2, 20] {
            findings.trying("upload, told to stop after \(count) answers") {
                try rush.seen(stoppingAfter: count)
            }
        }
        let kills = extent == .full ? 100 : 3
        findings.trying("ingest, killed \(kills) times while 64 clients wait") {
            try rush.seen(killingIngest: kills)
        }
    }
}

extension DoorSweep.Target {
    /// Where it is struck in the short form.
    fileprivate var few: [String] {
        switch self {
        case .upload: ["fdatasync", "renameat2", "write"]
        case .ingest: ["renameat"]
        case .lateIngest: ["pwrite64"]
        }
    }
}
