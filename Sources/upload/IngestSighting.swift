import Run
import Synchronization

/// Whether an `ingest` runs, as seen within the last second: each look reads all locks of the
/// machine, and many answers say it.
final class IngestSighting: Sendable {
    private let spool: String
    private let last = Mutex<(moment: ContinuousClock.Instant, isThere: Bool)?>(nil)

    /// How long a look holds.
    private static let age = Duration.seconds(1)

    /// - Parameter spool: the spool's path.
    init(inSpool spool: String) {
        self.spool = spool
    }

    var isThere: Bool {
        last.withLock { last in
            if let last, last.moment.duration(to: .now) < Self.age { return last.isThere }
            let isThere = LockHolder.process(running: "ingest", inSpool: spool) != nil
            last = (.now, isThere)
            return isThere
        }
    }
}
