import TestHouse

extension Rig {
    /// Short and full are the same: it is one run of each program, watched.
    static let syncOrder = Rig(
        "sync-order", "nothing is told, moved or sent before what it rests on is on disk"
    ) { extent, findings in
        let scene = try Works.intakeScene()
        let order = try SyncOrder(scene)
        findings.trying("the bytes of ingest's files") { order.unsyncedFiles() }
        findings.trying("the steps of ingest") { order.hasty() }
        findings.trying("the answers of upload") { try DoorSyncOrder().hasty() }
        findings.trying("the intents of dispatch") {
            try IntentFirst().seen(sending: extent == .full ? 500 : 50)
        }
    }
}
