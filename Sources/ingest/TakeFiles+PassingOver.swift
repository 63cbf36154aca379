import Failures
import Ledger
import Logging
import Run
import Spool
import StrictJSON
import Timestamps

// What a run leaves where it lies, and who hears of it. Nothing is passed over in silence: `admin status`
// shows it after the run, and what cannot end by itself, or lasts for an hour, is an exception.

/// What a run passed over, by path.
struct PassedOverEntries {
    private var entries: [String: PassedOver] = [:]
    private var count: [String: Int] = [:]

    /// How many entries of one owner are noted at most: the others are when these are gone.
    static let mostPerOwner = 20

    var all: [PassedOver] { entries.values.sorted { $0.path < $1.path } }

    mutating func add(_ entry: PassedOver) {
        if entries[entry.path] == nil {
            guard count[entry.owner, default: 0] < Self.mostPerOwner else { return }
            count[entry.owner, default: 0] += 1
        }
        entries[entry.path] = entry
    }

    /// It was taken after all.
    mutating func remove(_ path: @autoclosure () -> String) {
        guard !entries.isEmpty, let entry = entries.removeValue(forKey: path()) else { return }
        count[entry.owner]! -= 1
    }
}

extension TakeFiles {
    /// Notes a file that is not taken in this run.
    mutating func passOver(_ entry: Candidate, in inbox: Inbox, for delay: Delay) {
        let path = "\(inbox.path)/\(entry.name.safe)"
        let (reason, advice): (PassedOver.Reason, String) =
            switch delay {
            case .settling:
                (
                    .settling,
                    "\(path) is still being written to, and is not taken before it was left alone for "
                        + "intake.settle_seconds; stop what writes to it, and upload it again."
                )
            case .linked:
                (
                    .settling,
                    "\(path) has another name (a hard link), as while it is being renamed; nothing was "
                        + "done with it; remove the other name, or upload it again."
                )
            case .incomplete:
                (
                    .incomplete,
                    "\(path) ends early, and nothing was done with it; it is refused once it was left "
                        + "alone for intake.incomplete_seconds; upload all of it."
                )
            }
        note(path, entry.inode, reason, advice, of: inbox.dropper)
    }

    /// Notes a file that may not be opened, which is an obstacle.
    mutating func passOverUnreadable(_ entry: Candidate, in inbox: Inbox) {
        let path = "\(inbox.path)/\(entry.name.safe)"
        let advice = """
            \(path) may not be read by \(UserName.own), who runs the programs; nothing was done with it; \
            give it mode 0640 and the inbox's group, or upload a file that its group may read.
            """
        note(path, entry.inode, .unreadable, advice, of: inbox.dropper)
        counts.obstacles += 1
        context.logger.warning("something is in the way", metadata: ["what": "\(advice)"])
    }

    /// Notes what lies where nothing is taken from.
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

    /// Writes down what was passed over, and warns of what became an exception by it.
    func tellPassedOver() throws {
        for entry in try ledger.note(passedOver: passedOver.all, at: context.clock.now()) {
            context.logger.warning(
                "something is passed over in every run", metadata: ["what": "\(entry.advice)"])
        }
    }

    // MARK: Obstacles

    /// Does what somebody may have put something in the way of: that is reported, and stops nobody else.
    mutating func tellingObstacles(
        _ body: (Spool) throws(SystemError) -> Void
    ) throws(SystemError) {
        do {
            try body(spool)
        } catch  where error.isObstacle {
            tell(error)
        }
    }

    mutating func tell(_ obstacle: SystemError) {
        counts.obstacles += 1
        passedOver.add(
            PassedOver(
                owner: spool.owner(of: obstacle.path), path: obstacle.path, inode: 0,
                reason: .obstacle, advice: "\(obstacle).", since: nil))
        context.logger.warning("something is in the way", metadata: ["what": "\(obstacle)"])
    }
}

extension FileSource {
    /// Whether the bytes are but the beginning of a JSON document: only more of them could make it whole.
    static func endsEarly(_ bytes: CopiedBytes) throws -> Bool {
        let source =
            switch bytes {
            case .kept(let bytes): FileSource.kept(bytes)
            case .file(let path): FileSource.open(try OpenFile(path, from: 0))
            }
        var reader = source.reader()
        do {
            try reader.skip()
            return false
        } catch is JSONError {
            return reader.endsEarly
        }
    }
}
