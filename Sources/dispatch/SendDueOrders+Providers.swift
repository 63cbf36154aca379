import Ledger
import Logging
import Run
import Settings
import Timestamps

extension SendDueOrders {
    /// Does what an outcome means for its provider.
    mutating func carryOut(
        _ verdict: Lane.Verdict, on lane: Lane, at now: Timestamp
    ) throws {
        switch verdict {
        case .resume:
            try ledger.resume(lane.id)
            unoffered.remove(lane.id)
        case .pause(let reason):
            let seconds = lane.settings.breaker.openSeconds
            try ledger.pause(lane.id, until: now.adding(seconds: seconds), reason: reason)
            unoffered.insert(lane.id)
            context.logger.error(
                "paused a provider",
                metadata: [
                    "provider": "\(lane.settings.name)", "seconds": "\(seconds)",
                    "reason": "\(reason)",
                ])
        }
    }

    /// Counts what providers answered, for `providers.csv`.
    func tellHealth() throws {
        let now = context.clock.now()
        for lane in lanes.all {
            try ledger.noteAnswers(
                of: lane.id, answeredAt: lane.answeredAt, errors: lane.errors, at: now)
        }
    }
}
