import Failures
import Tables
import Timestamps

// What an alarm says: what was found, what is still true, what to do.
extension Standstill {
    /// The conditions of the orders that a provider may have open, each as its index has it.
    static let openStates = [
        DueDate.isToSend, "state = 'placed'", "state = 'in_doubt'", "state = 'sending'",
    ]

    /// The alarm's words. They count everything that stands still, and counting takes longer the
    /// more there is, so they are made only for a new alarm.
    func words(_ db: any Connection) throws -> String {
        switch kind {
        case .providerOff:
            """
            \(try orders(Self.openStates + [DueDate.waitsForLink], db)) open with \(subject), \
            which is switched off or not configured, so nobody asks about them; their money is \
            held. Switch it on until they have ended (enabled: true), or decide "refund" for each \
            after asking it (admin decide)
            """
        case .providerSilent:
            """
            \(subject) has answered nothing for at least an hour, and has \
            \(try orders(["state = 'placed'"], db)) of ours; nothing is lost, and it is asked \
            again in every run. Look at its page, its address and its key; if it is gone for good, \
            decide "refund" for its orders (admin decide)
            """
        case .ordersWaiting:
            """
            \(try orders([DueDate.isToSend, DueDate.waitsForLink], db)) to be sent to \(subject); \
            the oldest (order \(oldest)) has waited for at least an hour: \(try reason(db)). They \
            go out by themselves once that is over; a backup in catalogue.yaml, or a cancel, helps \
            those that cannot wait
            """
        case .ordersUnanswered:
            """
            \(try orders(["state = 'sending'"], db)) still on the way to \(subject) after at \
            least an hour, from order \(oldest) on: dispatch died while it sent them, and has not \
            run since. Let dispatch run (admin status says when it last did): it holds them in \
            doubt, and sends none twice
            """
        case .ordersInDoubt:
            """
            \(try orders(["state = 'in_doubt'"], db)) still in doubt with \(subject) after at \
            least an hour, from order \(oldest) on: nobody knows whether it has them, and they are \
            neither sent again nor given back. Look at in-doubt.csv, ask it, and decide (admin \
            decide)
            """
        case .ordersUnasked:
            """
            \(try orders(["state = 'placed'"], db)) with \(subject), and the longest due (order \
            \(oldest)) has not been asked about for at least an hour: poll does not get to them. \
            Look at its last run (admin status), and at requests_per_second and deadline_seconds
            """
        case .requestsWaiting:
            """
            refills or cancels for \(subject), from request \(oldest) on, have waited to be passed \
            on for at least an hour. They are passed on once it takes them: look whether it is \
            paused, whether their orders are in doubt, and whether dispatch runs (admin status)
            """
        case .requestsOpen:
            """
            \(subject) has refills or cancels that were asked for at least three days ago, from \
            request \(oldest) on, and has not said that they are done. No money moves by that; it \
            is asked again and again: ask it yourself
            """
        case .statusFilesUnwritten:
            """
            status files of \(subject), from number \(oldest) on, could not be written to the \
            outbox for at least an hour; each run tries again, and none is left out. Look at what \
            is in the way in resellers/\(subject)/outbox, and at its owner and mode
            """
        default: kind.meaning
        }
    }

    /// How many orders of the provider meet any of the conditions: `3 orders are`.
    private func orders(_ conditions: [String], _ db: any Connection) throws -> String {
        var count = 0
        for condition in conditions {
            count +=
                try db.one(
                    """
                    SELECT count(*) FROM orders
                    WHERE \(raw: condition) AND provider_id = \(provider)
                    """) as Int
        }
        return switch kind {
        case .providerSilent: count.counted("order", "orders")
        case .ordersWaiting: count.counted("order waits", "orders wait")
        default: count.counted("order is", "orders are")
        }
    }

    /// Why the oldest waiting order was not sent.
    private func reason(_ db: any Connection) throws -> String {
        try db.one(
            """
            SELECT p.state, p.paused_until, p.pause_reason, p.throttled_until,
                o.due_at IS NULL AS waits_for_link,
                EXISTS (SELECT 1 FROM exceptions
                    WHERE kind = \(ExceptionKind.belowCost) AND order_id = o.id) AS is_below_cost,
                (SELECT evidence FROM attempts WHERE order_id = o.id ORDER BY number DESC LIMIT 1)
                    AS evidence
            FROM orders o JOIN providers p ON p.id = o.provider_id WHERE o.id = \(oldest)
            """
        ) { row in
            if try row["waits_for_link"] { return "another order for its link has not ended" }
            let state: String = try row["state"]
            if state == "paused" {
                let until: Timestamp = try row["paused_until"]
                let reason: String? = try row["pause_reason"]
                return "the provider is paused until \(until) (\(reason ?? "no reason"))"
            }
            if try row["is_below_cost"] { return "it would cost more than it brings" }
            if let evidence: String = try row["evidence"] {
                return "the last attempt ended with: \(evidence)"
            }
            if let until: Timestamp = try row["throttled_until"] {
                return "the provider said \"not now\" until \(until)"
            }
            return "dispatch does not get to it; look at its last run (admin status), and at the "
                + "provider's requests_per_second"
        }
    }
}
