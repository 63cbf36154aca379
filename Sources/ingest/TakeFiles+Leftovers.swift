import Ledger
import Run
import Settings
import Spool
import Stage
import Timestamps

/// What earlier runs left, and what a restored ledger lacks.
extension TakeFiles {
    /// Replays the files that a restored ledger has not seen, in the order in which they were taken
    /// the first time. They come before anything else, because later files build on them.
    mutating func takeLostFiles() throws {
        guard try ledger.awaitsLostFiles() else { return }
        var lost = try ledger.lostFiles()[...]
        while !lost.isEmpty {
            let group = lost.prefix(context.settings.intake.maxFilesPerCommit)
            lost = lost.dropFirst(group.count)
            try takeAtOnce(
                group.compactMap {
                    try spool.leftover(
                        of: $0.kept.owner.dropper, digest: $0.kept.digest, name: $0.name)
                })
        }
        try ledger.endWaitForLostFiles(at: context.clock.now())
    }

    /// Puts back the entries that a run which died had taken out of their inboxes.
    mutating func putBackHeld() throws {
        for dropper in try spool.droppersWithLeftovers() {
            try notes.reportingObstacles { spool throws(SystemError) in
                try spool.putBackHeld(of: dropper)
            }
        }
    }

    /// Takes files that a run which died had collected. Somebody may be waiting for their receipts.
    mutating func takeCollected() throws {
        for dropper in try spool.droppersWithLeftovers() {
            var collected: [CopiedFile] = []
            try notes.reportingObstacles { spool throws(SystemError) in
                collected = try spool.collected(of: dropper)
            }
            try takeAtOnce(collected)
        }
    }

    /// Takes files that a run which died had copied, and whose originals are gone by now.
    mutating func takeLeftovers() throws {
        for dropper in try spool.droppersWithLeftovers() {
            var left: [CopiedFile] = []
            try notes.reportingObstacles { spool throws(SystemError) in
                left = try spool.leftovers(of: dropper)
            }
            try take(left)
        }
    }
}
