import Providers
import Run
import Trade

/// How many orders a run sent, by their outcome.
struct SendTally {
    private var placed = 0
    private var postponed = 0
    private var refused = 0
    private var inDoubt = 0

    /// How many orders were sent.
    private(set) var sent = 0
    /// How many refills and cancels were asked for.
    var requests = 0

    mutating func count(_ outcome: PlacementOutcome) {
        sent += 1
        switch outcome {
        case .placed: placed += 1
        case .notPlaced: postponed += 1
        case .refused: refused += 1
        case .unknown: inDoubt += 1
        }
    }

    /// Counts orders that are held in doubt because an earlier run left them without an answer.
    mutating func countHeld(_ orders: Int) {
        inDoubt += orders
    }

    var summary: Summary {
        Summary(
            "dispatched",
            [
                "placed": .integer(placed), "postponed": .integer(postponed),
                "refused": .integer(refused), "in_doubt": .integer(inDoubt),
                "requests": .integer(requests),
            ])
    }
}

extension PlacementOutcome {
    /// For a log.
    var words: String {
        switch self {
        case .placed(let id): "placed as \(id)"
        case .notPlaced(let postponement): "postponed: \(postponement.text)"
        case .refused(let refusal): "refused: \(refusal.text)"
        case .unknown(let evidence): "in doubt: \(evidence)"
        }
    }
}
