import Ledger
import Money
import Run

/// What a run did, for its summary: what it committed, and not how often it tried to tell it.
struct IntakeCounts {
    private(set) var files = 0
    /// Files that the ledger knew, whose receipts were written again.
    var repeated = 0
    /// Files that left their inboxes: if there were none, another look would find the same.
    var moved = 0
    private var lines: Int64 = 0
    private var rejectedLines: Int64 = 0
    private var quarantined = 0
    private var charged = Amount.zero
    /// How often something in an inbox or outbox was in the way.
    var obstacles = 0

    mutating func add(_ report: FileReport, isUnreadable: Bool) throws(MoneyError) {
        files += 1
        lines += report.lines
        rejectedLines += report.rejected
        quarantined += isUnreadable ? 1 : 0
        charged = try charged + report.charged
    }

    /// Whether anybody was charged for an order.
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
