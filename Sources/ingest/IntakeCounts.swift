import Ledger
import Money
import Run

/// The summary of a run: what it committed, not how often it delivered it.
struct IntakeCounts {
    private(set) var files = 0
    /// Files that the ledger knew, and whose receipts were written again.
    var repeated = 0
    /// Files that left their inboxes. If there were none, another look would find the same files.
    var moved = 0
    private var lines: Int64 = 0
    private var rejectedLines: Int64 = 0
    private var quarantined = 0
    private var charged = Amount.zero
    /// How many things in inboxes and outboxes were in the way.
    var obstacles = 0

    mutating func add(_ report: FileReport, isUnreadable: Bool) throws(MoneyError) {
        files += 1
        lines += report.lines
        rejectedLines += report.rejected
        quarantined += isUnreadable ? 1 : 0
        charged = try charged + report.charged
    }

    /// Whether anything was charged.
    var hasCharged: Bool { charged > .zero }

    var summary: Summary {
        Summary(
            "ingested",
            [
                "files": .integer(files), "lines": .integer(lines),
                "rejected_lines": .integer(rejectedLines), "quarantined": .integer(quarantined),
                "repeated": .integer(repeated), "obstacles": .integer(obstacles),
                "charged": .text("\(charged)"),
            ])
    }
}
