import Ledger
import Logging
import Providers
import Run
import Settings
import Timestamps

extension SendDueOrders {
    /// What an outcome means for its provider, as the ledger is to keep it.
    mutating func carryOut(
        _ verdict: Lane.Verdict, on lane: Lane, at now: Timestamp
    ) -> GateChange {
        switch verdict {
        case .resume:
            unoffered.remove(lane.id)
            return GateChange(of: lane.id, .resume)
        case .pause(let reason, let isOfKey):
            unoffered.insert(lane.id)
            let until = now.adding(seconds: lane.settings.breaker.openSeconds)
            return GateChange(
                of: lane.id,
                .pause(until: until, reason: reason, key: isOfKey ? lane.keyDigest : nil))
        }
    }

    /// Tells the operator who was paused, once that is written down.
    func tell(_ gates: [GateChange], at now: Timestamp) {
        for gate in gates {
            guard case .pause(let until, let reason, _) = gate.content else { continue }
            let settings = lanes[lanes.index(of: gate.provider)].settings
            context.logger.error(
                "paused a provider",
                metadata: [
                    "provider": "\(settings.name)", "seconds": "\(settings.breaker.openSeconds)",
                    "until": "\(until)", "reason": "\(reason)",
                ])
        }
    }

    /// Notes that a provider's server closed a connection that it had left open, and says so once.
    mutating func noteSilentClose(of lane: Int) {
        guard lanes[lane].noteSilentClose() else { return }
        silentClosers.insert(lanes[lane].id)
        context.logger.notice(
            """
            a provider's server closes connections without saying so; from now on each of its orders \
            has a connection of its own
            """, metadata: ["provider": "\(lanes[lane].settings.name)"])
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

/// An order that was sent, with what became of it, until that is written down.
struct SentOrder {
    let lane: Int
    let outcome: PlacementOutcome
    /// Seconds that the reply asked us to stay away.
    let retryAfter: Int?
    /// What the ledger is told, or the journal if the ledger cannot be.
    let written: SendOutcome

    var order: OrderID { written.order }
}
