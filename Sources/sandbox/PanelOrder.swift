import Money

/// An order that the panel took. Everything about it follows from the purchase and the time since.
struct PanelOrder {
    let id: Int64
    let service: Service
    let link: String
    let plan: Plan
    let charge: Amount
    /// How it ends, if its link asked for another end than completion.
    let fate: Fate?
    /// Milliseconds on the panel's clock.
    let placedAt: Int64
    /// The counter at the link before the order began.
    let startCount: Int64
    /// When an accepted cancel takes effect, in milliseconds on the panel's clock.
    var canceledAt: Int64?
    /// The money that the client got back when the order ended; nil until then.
    var givenBack: Amount?
    /// How many more questions get an evasive answer, if the fate wants that.
    var evasions = Fate.evasions

    /// How many milliseconds a part waits before it begins, and until it is delivered.
    static let waiting: Int64 = 5_000
    static let duration: Int64 = 60_000

    /// How far an order is.
    struct Progress {
        var status = Status.pending
        /// Parts that have begun, and parts that have ended.
        var begun: Int64 = 0
        var ended: Int64 = 0
        /// Units delivered.
        var delivered: Int64 = 0
    }

    /// How far the order is at `now`, in milliseconds on the panel's clock.
    func progress(at now: Int64) -> Progress {
        let served = fate == .expired ? (plan.parts + 1) / 2 : plan.parts
        let time = min(now, canceledAt ?? now) - placedAt
        var progress = Progress()
        while progress.begun < served {
            let age = time - plan.delay - progress.begun * plan.interval
            guard age >= 0 else { break }
            progress.begun += 1
            progress.delivered += delivered(after: age)
            progress.ended += age >= Self.duration ? 1 : 0
        }
        let isOver = progress.ended == served && fate != .frozen
        if isOver {
            progress.status = fate?.ending ?? .completed
        } else if let canceledAt, canceledAt <= now {
            progress.status = progress.delivered == 0 ? .canceled : .partial
        } else if plan.isSubscription {
            progress.status = .active
        } else if time >= Self.waiting {
            progress.status = fate == .frozen ? .frozen : .inProgress
        }
        if plan.isSubscription, progress.status == .partial {
            // In the trade, a subscription is never partial; only its posts are.
            progress.status = isOver ? .completed : .canceled
        }
        return progress
    }

    /// Units of one part delivered when it is `age` milliseconds old.
    private func delivered(after age: Int64) -> Int64 {
        let worked = min(max(age - Self.waiting, 0), Self.duration - Self.waiting)
        let goal = plan.units * (fate?.deliveredPercent ?? 100) / 100
        return goal * worked / (Self.duration - Self.waiting)
    }

    /// The part of the charge for `remains` undelivered units, rounded down.
    func value(of remains: Int64) -> Amount {
        // A part of the charge is never more than the charge, so this cannot overflow.
        try! charge.prorated(remains, of: plan.total)
    }

    /// One run of a drip-feed or one post of a subscription, as the order that the client sees.
    ///
    /// Its id follows the order's own, so an order takes as many ids as it has parts.
    func part(_ number: Int64) -> PanelOrder {
        PanelOrder(
            id: id + number, service: service, link: link,
            plan: plan.part,
            charge: value(of: plan.units), fate: fate == .expired ? nil : fate,
            placedAt: placedAt + plan.delay + (number - 1) * plan.interval, startCount: startCount,
            canceledAt: canceledAt)
    }
}
