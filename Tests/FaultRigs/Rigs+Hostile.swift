extension Rig {
    static let hostileFiles = Rig(
        "hostile-files", "whatever lies in an inbox, everything else in it is served"
    ) { extent, findings in
        let tiny = extent == .full ? 100_000 : 1_000
        findings.trying("\(tiny) honest files among hostile ones") {
            try HostileInbox(tiny: tiny, huge: extent == .full ? "2G" : "3G").seen()
        }
    }

    static let manyFiles = Rig(
        "many-files", "a million files are taken in bounded memory, and nobody waits for them"
    ) { extent, findings in
        let count = extent == .full ? 1_000_000 : 3_000
        findings.trying("\(count) files") {
            try ManyFiles(count).seen(killedAfter: extent == .full ? 30 : 1)
        }
    }
}
