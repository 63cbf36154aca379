extension Rig {
    static let hostileFiles = Rig(
        "hostile-files", "whatever lies in an inbox, everything else in it is served"
    ) { extent, findings in
        let tiny = extent == .full ? 100_000 : 1_000
        findings.trying("\(tiny) honest files among hostile ones") {
            try HostileInbox(tiny: tiny, huge: extent == .full ? "2G" : "3G").seen()
        }
    }
}
