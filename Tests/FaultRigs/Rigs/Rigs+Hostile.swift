extension Rig {
    static let hostileFiles = Rig(
        "hostile-files", "whatever lies in an inbox, everything else in it is served"
    ) { extent, findings in
        let tiny = extent == .full ? 100_000 : 1_000
        let inbox = try HostileInbox(tiny: tiny, huge: extent == .full ? "2G" : "3G")
        findings.trying("\(tiny) honest files among hostile ones") { try inbox.seen() }
        if let notice = inbox.notice { findings.skip(notice) }
        findings.trying("files that are replaced while they are taken") {
            try ReplacedFiles().seen(runs: extent == .full ? 20 : 4)
        }
    }

    static let manyFiles = Rig(
        "many-files", "an inbox of a million files takes bounded memory, and nobody waits for it"
    ) { extent, findings in
        findings.trying("a few, to the end") {
            try ManyFiles(3_000).seen(killedAfter: [1], finishing: true)
        }
        guard extent == .full else { return }
        do {
            let million = try ManyFiles(1_000_000)
            findings.trying("a million, to the end, killed twice on the way") {
                try million.seen(killedAfter: [20, 40], finishing: true)
            }
        } catch let obstacle as NoRoomInMemory {
            findings.skip("\(obstacle)")
        }
    }
}
