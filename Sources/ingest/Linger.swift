import Glibc
import Logging
import Run
import Settings
import Spool

/// Takes files as they come, until none came for a while (`ingest --linger`).
///
/// 1. Watch every place where files are dropped. Then take everything that is due, as a run from
///    cron does. What comes in between is known by step 2, so nothing is missed.
/// 2. Wait for news, or for a file to be due that was passed over (`LingerPlan`).
/// 3. Take what is due there. After each commit, calls that wait for a receipt are woken by the
///    note of the last run, and `dispatch` is started for new orders (`Dispatching`); then come
///    receipts and archive: at once, or for files from doors a moment later, with those of the next
///    commits.
///
/// It waits for nothing but files, so that it may be killed at any instant, like any other run. It
/// ends when nothing came for as long as it was told, after `LingerPlan.longest`, by SIGTERM, or
/// when `admin recover` asks for its lock; what it has begun is finished then.
///
/// Before it takes or finishes anything, the ledger must be the one that was opened: an operator
/// may put another one in its place while the run waits.
struct Linger {
    private let context: RunContext
    private let dispatching: Dispatching?
    private let stopping: StopSignal
    private var taking: TakeFiles
    private var watch: DropWatch?
    private var plan: LingerPlan

    /// - Parameters:
    ///   - context: the context of the run.
    ///   - quietSeconds: the time without anything new after which it ends.
    ///   - arguments: those of `dispatch`; nil: it is not started.
    /// - Throws: what `TakeFiles` throws.
    init(
        _ context: RunContext, quietSeconds: Int, dispatchingWith arguments: [String]?
    ) throws {
        self.context = context
        stopping = try StopSignal()
        dispatching = arguments.map { Dispatching($0, context.logger) }
        taking = try TakeFiles(context)
        plan = LingerPlan(
            quietSeconds: quietSeconds, settleSeconds: context.settings.intake.settleSeconds,
            from: .now)
        taking.afterCommit = { [dispatching] isDispatchDue in
            if isDispatchDue { dispatching?.ordersCame() }
        }
    }

    mutating func run() throws -> Summary {
        do throws(SystemError) {
            watch = try DropWatch(taking.spool)
        } catch {
            doWithoutWatch(error)
        }
        // Even a run that is asked to stop takes what is due once.
        repeat {
            takeNews()
            dispatching?.goOn()
            switch plan.next(at: .now) {
            case .end: return try end()
            case .lookEverywhere: try look(at: nil)
            case .look(let places): try look(at: places)
            case .finish: try finish()
            case .wait(let duration): wait(min(duration, dispatching?.wait ?? duration))
            }
        } while !isAskedToStop
        return try end()
    }

    private mutating func end() throws -> Summary {
        try finish()
        dispatching?.end()
        return taking.summary
    }

    private var isAskedToStop: Bool {
        stopping.isGiven || access(RunFiles.stop(inSpool: context.settings.spool), F_OK) == 0
    }

    private mutating func look(at places: DropPlaces?) throws {
        try taking.checkHouse()
        let before = taking.notes.counts.moved
        if let places {
            try taking.takeNews(at: places)
        } else {
            try taking.takeEverything()
            taking.noteThatItGoesOn()
        }
        plan.noteLook(
            at: places, taking.notes.waits, hasTaken: taking.notes.counts.moved > before, .now)
        plan.noteCommitted(!taking.committed.isEmpty, at: .now)
    }

    private mutating func finish() throws {
        guard !taking.committed.isEmpty else { return }
        try taking.checkHouse()
        try taking.finishCommitted()
        plan.noteCommitted(false, at: .now)
    }

    /// Waits for news, but no longer than `duration`.
    private func wait(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1
        var descriptors = [watch?.descriptor ?? -1, stopping.descriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: max(0, milliseconds)))
    }

    private mutating func takeNews() {
        let news: DropWatch.News
        do throws(SystemError) {
            guard let known = try watch?.news() else { return }
            news = known
        } catch {
            return doWithoutWatch(error)
        }
        plan.noteNews(ofInboxes: news.places.inboxes, at: .now)
        plan.noteNews(ofDoors: news.places.doors, at: .now)
        if news.isAnywhere { plan.noteNewsAnywhere(at: .now) }
    }

    private mutating func doWithoutWatch(_ error: SystemError) {
        watch = nil
        plan.isWatched = false
        plan.noteNewsAnywhere(at: .now)
        context.logger.warning(
            """
            directories cannot be watched, so this run looks everywhere once a second; raise \
            fs.inotify.max_user_watches and fs.inotify.max_user_instances (sysctl)
            """, metadata: ["what": "\(error.operation) \(error.path)", "code": "\(error.code)"])
    }
}
