import Failures
import Ledger
import Logging
import Run
import Spool
import Stage
import Timestamps

/// What a run did, and what it left in its place.
///
/// Nothing is passed over in silence: `admin status` shows it after the run, and it becomes an
/// exception if it cannot end by itself or lasts for an hour.
struct IntakeNotes {
    private let context: RunContext
    private let spool: Spool
    private let ledger: Ledger
    var counts = IntakeCounts()
    var passedOver = PassedOverEntries()
    /// In how many milliseconds something that was passed over in this look becomes due, by the
    /// owner of its inbox.
    private(set) var waits: [Dropper: Int64] = [:]

    init(_ stage: Stage) {
        context = stage.context
        spool = stage.spool
        ledger = stage.ledger
    }
}

/// The entries that a run passed over, by path.
struct PassedOverEntries {
    private var entries: [String: PassedOver] = [:]
    private var count: [String: Int] = [:]

    /// The most entries noted of one owner; the others are noted once these are gone.
    static let mostPerOwner = 20

    var all: [PassedOver] { entries.values.sorted { $0.path < $1.path } }

    mutating func add(_ entry: PassedOver) {
        if entries[entry.path] == nil {
            guard count[entry.owner, default: 0] < Self.mostPerOwner else { return }
            count[entry.owner, default: 0] += 1
        }
        entries[entry.path] = entry
    }

    /// Forgets an entry that was taken after all.
    mutating func remove(_ path: @autoclosure () -> String) {
        guard !entries.isEmpty, let entry = entries.removeValue(forKey: path()) else { return }
        count[entry.owner, default: 0] -= 1
    }
}

extension IntakeNotes {
    /// - Parameter everywhere: whether everything that is passed over will be noted again.
    mutating func beginLook(everywhere: Bool) {
        waits = [:]
        if everywhere { passedOver = PassedOverEntries() }
    }

    /// Notes when something of `dropper` becomes due; nil if nobody knows.
    mutating func wait(_ milliseconds: Int64?, for dropper: Dropper) {
        guard let milliseconds else { return }
        waits[dropper] = min(waits[dropper] ?? milliseconds, milliseconds)
    }

    /// Notes a file that is not taken in this run.
    mutating func passOver(_ entry: Candidate, in inbox: Inbox, for delay: Delay) {
        let path = "\(inbox.path)/\(entry.name.safe)"
        let (reason, advice): (PassedOver.Reason, String) =
            switch delay {
            case .settling:
                (
                    .settling,
                    "\(path) is still being written to, and is taken once it has been still for "
                        + "intake.settle_seconds; stop the writer, and upload the file again."
                )
            case .linked:
                (
                    .settling,
                    "\(path) has another name (a hard link), as during a rename; nothing was done "
                        + "with it; remove the other name, or upload the file again."
                )
            case .incomplete:
                (
                    .incomplete,
                    "\(path) ends early; nothing was done with it; it is refused once it has been "
                        + "still for intake.incomplete_seconds; upload all of it."
                )
            }
        note(path, entry.inode, reason, advice, of: inbox.dropper)
    }

    /// Notes a file that we may not open, which is an obstacle.
    mutating func passOverUnreadable(_ entry: Candidate, in inbox: Inbox) {
        let path = "\(inbox.path)/\(entry.name.safe)"
        let advice = """
            \(UserName.own), who runs the programs, may not read \(path); nothing was done with \
            it; give it mode 0640 and the inbox's group, or upload a file that its group may read.
            """
        note(path, entry.inode, .unreadable, advice, of: inbox.dropper)
        counts.obstacles += 1
        context.logger.warning("something is in the way", metadata: ["what": "\(advice)"])
    }

    /// Notes an entry in a place from which nothing is taken.
    mutating func passOver(_ stray: Stray) {
        passedOver.add(
            PassedOver(
                owner: stray.owner, path: stray.path, inode: stray.inode, reason: .misplaced,
                advice: "\(stray.path) is not taken: \(stray.reason).", since: stray.since))
    }

    private mutating func note(
        _ path: String, _ inode: Int64, _ reason: PassedOver.Reason, _ advice: String,
        of dropper: Dropper
    ) {
        passedOver.add(
            PassedOver(
                owner: dropper.name, path: path, inode: inode, reason: reason, advice: advice,
                since: nil))
    }

    /// Writes down the entries that were passed over, and warns of those that became exceptions.
    func reportPassedOver() throws {
        for entry in try ledger.note(passedOver: passedOver.all, at: context.clock.now()) {
            context.logger.warning(
                "something is passed over in every run", metadata: ["what": "\(entry.advice)"])
        }
    }

    // MARK: Obstacles

    /// Does something in other people's directories. Obstacles that they put there are reported,
    /// and stop no other user's files.
    mutating func reportingObstacles(
        _ body: (Spool) throws(SystemError) -> Void
    ) throws(SystemError) {
        do {
            try body(spool)
        } catch  where error.isObstacle {
            report(error)
        }
    }

    mutating func report(_ obstacle: SystemError) {
        counts.obstacles += 1
        passedOver.add(
            PassedOver(
                owner: spool.owner(of: obstacle.path), path: obstacle.path, inode: 0,
                reason: .obstacle, advice: "\(obstacle).", since: nil))
        context.logger.warning("something is in the way", metadata: ["what": "\(obstacle)"])
    }
}
