import Ledger
import Run

/// The numbers of a run.
struct PollTally {
    /// Orders that were asked about, and how many of them ended.
    var asked = 0
    var ended = 0
    /// Orders that are no longer in doubt.
    var resolved = 0
    /// What changed in the catalogues.
    var catalogue = CatalogueTally()
    /// Questions without an answer.
    var failures = 0
    var statusFiles = 0

    var summary: Summary {
        Summary(
            "polled",
            [
                "orders": .integer(asked), "ended": .integer(ended),
                "resolved": .integer(resolved),
                "new_services": .integer(catalogue.new),
                "changed_services": .integer(catalogue.changed),
                "dropped_services": .integer(catalogue.dropped),
                "quarantined_services": .integer(catalogue.quarantined),
                "status_files": .integer(statusFiles),
                "failures": .integer(failures),
            ])
    }
}
