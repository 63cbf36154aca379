import Spool

/// When a run that lingers looks into inboxes, and when it ends.
struct LingerPlan {
    typealias Moment = ContinuousClock.Instant

    /// A run ends after this time at the latest, and another reads the settings again.
    static let longest = Duration.seconds(600)
    /// Between two looks everywhere. A look everywhere does what a run from cron does: it also
    /// tries again what was in the way, and finds what no news told of.
    private static let everywhereEvery = Duration.seconds(60)
    /// The same if no directory can be watched.
    private static let everywhereUnwatched = Duration.seconds(1)
    /// Between two looks at files that settle: many that come one after the other share a look.
    private static let leastPause = Duration.milliseconds(200)
    /// How long files that are committed wait to be finished with the next ones, if no more come;
    /// and if more come.
    private static let finishAfter = (quiet: Duration.milliseconds(10), busy: leastPause)

    /// What to do now.
    enum Step: Equatable {
        case end
        case lookEverywhere
        case look(DropPlaces)
        /// Finish the files from doors that are committed.
        case finish
        case wait(Duration)
    }

    /// Whether directories are watched; if not, only looks everywhere find anything.
    var isWatched = true
    /// The time without anything new after which the run ends.
    private let quiet: Duration
    /// How long a file must be still before it is taken.
    private let settle: Duration
    private let end: Moment
    private var lastArrival: Moment
    private var lastEverywhere: Moment?
    /// Whether single inboxes were looked into since.
    private var isEverywhereOutdated = false
    private var doors: Set<Dropper> = []
    /// When the oldest of the files that are committed was, and when the newest.
    private var committed: (first: Moment, last: Moment)?
    /// When to look into inboxes.
    private var looks: [Dropper: Moment] = [:]

    /// - Parameters:
    ///   - quietSeconds: the time without anything new after which the run ends.
    ///   - settleSeconds: how long a file must be still before it is taken.
    ///   - now: when the run begins.
    init(quietSeconds: Int, settleSeconds: Int, from now: Moment) {
        quiet = .seconds(quietSeconds)
        settle = .seconds(settleSeconds)
        end = now + Self.longest
        lastArrival = now
    }

    func next(at now: Moment) -> Step {
        if now >= end { return .end }
        let everywhere = nextEverywhere ?? now
        if everywhere <= now { return .lookEverywhere }
        if let finish = nextFinish, finish <= now { return .finish }
        let inboxes = Set(looks.filter { $0.value <= now }.keys)
        let due = DropPlaces(doors: doors, inboxes: inboxes)
        if !due.isEmpty { return .look(due) }
        // A file that settles has come, and is taken yet; one that ends early may never be.
        let settled = looks.values.filter { $0 <= now + settle + Self.leastPause }.max()
        let over = max(lastArrival + quiet, settled ?? lastArrival)
        if over <= now { return isEverywhereOutdated ? .lookEverywhere : .end }
        let next = ([end, everywhere, nextFinish ?? over, over] + looks.values).min() ?? over
        return .wait(now.duration(to: next))
    }

    private var nextEverywhere: Moment? {
        lastEverywhere.map {
            $0 + (isWatched ? Self.everywhereEvery : Self.everywhereUnwatched)
        }
    }

    private var nextFinish: Moment? {
        committed.map {
            min($0.last + Self.finishAfter.quiet, $0.first + Self.finishAfter.busy)
        }
    }

    /// Something came into inboxes, or changed there. Nothing there is taken before it has settled.
    mutating func noteNews(ofInboxes droppers: Set<Dropper>, at now: Moment) {
        guard !droppers.isEmpty else { return }
        lastArrival = now
        for dropper in droppers { plan(dropper, now + settle) }
    }

    /// Files came into doors, which are taken at once.
    mutating func noteNews(ofDoors droppers: Set<Dropper>, at now: Moment) {
        guard !droppers.isEmpty else { return }
        lastArrival = now
        doors.formUnion(droppers)
    }

    /// Anything may have come anywhere.
    mutating func noteNewsAnywhere(at now: Moment) {
        lastArrival = now
        lastEverywhere = nil
    }

    /// The run has looked: at some places, or everywhere.
    ///
    /// - Parameters:
    ///   - places: at which; nil: at all.
    ///   - waits: in how many milliseconds something there becomes due that was passed over.
    ///   - hasTaken: whether a file was taken.
    ///   - now: when it had looked.
    mutating func noteLook(
        at places: DropPlaces?, _ waits: [Dropper: Int64], hasTaken: Bool, _ now: Moment
    ) {
        if hasTaken { lastArrival = now }
        doors = []
        if let places {
            for dropper in places.inboxes { looks[dropper] = nil }
            isEverywhereOutdated = true
        } else {
            looks.removeAll()
            lastEverywhere = now
            isEverywhereOutdated = false
        }
        for (dropper, milliseconds) in waits {
            plan(dropper, now + max(.milliseconds(milliseconds), Self.leastPause))
        }
    }

    /// Files from doors were just committed and are not finished; or none is unfinished.
    mutating func noteCommitted(_ isAny: Bool, at now: Moment) {
        committed = isAny ? (committed?.first ?? now, now) : nil
    }

    private mutating func plan(_ dropper: Dropper, _ moment: Moment) {
        looks[dropper] = min(looks[dropper] ?? moment, moment)
    }
}
