import Ledger
import Settings
import Timestamps

/// The lanes of a run side by side: which provider gets how many orders, whose orders go to others,
/// and when more can be claimed.
struct Lanes {
    private var lanes: [SendingLane]
    /// Providers that get no orders, and whose due orders have not been offered to others yet.
    private var unoffered: Set<ProviderID>
    /// Providers whose servers were seen to close connections silently, until the ledger knows.
    private var silentClosers: Set<ProviderID> = []
    /// Lanes that had nothing more due, and when to look at them again. As long as a run waits for
    /// some answers, the new orders of other providers do not wait for the next run.
    private var idleUntil: [ProviderID: Timestamp] = [:]
    /// How many more orders may be sent.
    private var limit: Int
    /// The most orders that one commit claims for a lane.
    private let batch: Int
    /// Nothing is claimed after this.
    let deadline: Deadline

    /// How long a lane with nothing due is left alone, in seconds.
    private static let idleSeconds = 1

    /// The lanes of the configured providers that have a key.
    ///
    /// - Parameters:
    ///   - providers: the providers in the ledger, by name.
    ///   - keys: our keys, by the names of the providers.
    ///   - only: the one provider to send to; nil for all.
    ///   - limit: the most orders to send.
    ///   - settings: the configuration.
    ///   - now: when the run begins.
    init(
        to providers: [String: Provider], keys: [String: String], only: String?, limit: Int,
        _ settings: Settings, at now: Timestamp
    ) {
        lanes = settings.providers.compactMap { provider in
            guard only == nil || only == provider.name, let key = keys[provider.name],
                let known = providers[provider.name]
            else { return nil }
            return SendingLane(known, provider, key: key, at: now)
        }
        let closed = providers.values.filter {
            ($0.state != .active || $0.otherCurrency != nil) && only ?? $0.name == $0.name
        }
        unoffered = Set(closed.map(\.id))
        self.limit = limit
        batch = settings.dispatch.batch
        deadline = Deadline(seconds: settings.dispatch.deadlineSeconds, from: now)
    }

    subscript(index: Int) -> SendingLane {
        get { lanes[index] }
        set { lanes[index] = newValue }
    }

    var all: [SendingLane] { lanes }

    /// How many orders may be on their way at once, over all lanes.
    var capacity: Int { lanes.reduce(0) { $0 + $1.settings.inFlight } }

    /// The index of a provider's lane. Orders are claimed only for providers that have a lane.
    func index(of provider: ProviderID) -> Int {
        guard let index = lanes.firstIndex(where: { $0.id == provider }) else {
            preconditionFailure("an order was claimed for a provider without a lane")
        }
        return index
    }
}

// MARK: - Claiming

extension Lanes {
    /// The orders that can be started now, and never more, because a claimed order must be sent.
    mutating func claims(at now: Timestamp) -> [Claim] {
        guard !deadline.isPassed(at: now) else { return [] }
        var left = limit
        return lanes.indices.compactMap { index in
            guard !isIdle(lanes[index], at: now) else { return nil }
            let count = min(lanes[index].room(at: now), batch, left)
            guard count > 0 else { return nil }
            left -= count
            return Claim(provider: lanes[index].id, count: count)
        }
    }

    /// The providers whose due orders should now be offered to others. A provider that will first
    /// be tried with an order keeps its own.
    func offering(at now: Timestamp) -> [ProviderID] {
        guard !deadline.isPassed(at: now) else { return [] }
        let untried = lanes.filter { $0.isUntried(at: now) && !isIdle($0, at: now) }.map(\.id)
        return unoffered.subtracting(untried).sorted()
    }

    /// The lanes that should now be asked for our balance before they are trusted with an order.
    mutating func toBeAsked(at now: Timestamp) -> [Int] {
        guard !deadline.isPassed(at: now) else { return [] }
        return lanes.indices.filter { lanes[$0].isToBeAsked(at: now) }
    }

    /// What a commit should do at `now` besides recording the answers; `gates` holds what the
    /// answers say about their providers.
    mutating func nextMoves(_ gates: [GateChange], at now: Timestamp) -> NextMoves {
        NextMoves(
            claims: claims(at: now), offering: offering(at: now),
            health: lanes.indices.compactMap { lanes[$0].changedHealth() }, gates: gates,
            silentClosers: silentClosers)
    }

    /// Notes what was committed. A lane that got less than it asked for has no more due, unless
    /// orders came to it from elsewhere.
    mutating func note(_ claimed: ClaimedOrders, after moves: NextMoves, at now: Timestamp) {
        silentClosers = []
        unoffered.subtract(Set(moves.offering).subtracting(claimed.haveMore))
        limit -= claimed.intents.count
        for claim in moves.claims
        where claimed.intents.count(where: { $0.provider == claim.provider }) < claim.count {
            noteIdle(claim.provider, at: now)
        }
        for provider in claimed.haveMore { idleUntil[provider] = nil }
    }

    /// Notes that a provider has nothing due.
    mutating func noteIdle(_ provider: ProviderID, at now: Timestamp) {
        idleUntil[provider] = now.adding(seconds: Self.idleSeconds)
    }

    /// Milliseconds until a lane that waits only for its rate can claim again; nil if there is
    /// none.
    func wait(at now: Timestamp) -> Int? {
        guard limit > 0, !deadline.isPassed(at: now) else { return nil }
        return lanes.lazy.filter { !isIdle($0, at: now) }.compactMap { $0.wait(at: now) }.min()
    }

    private func isIdle(_ lane: SendingLane, at now: Timestamp) -> Bool {
        idleUntil[lane.id].map { now < $0 } ?? false
    }
}

// MARK: - What answers say about the providers

extension Lanes {
    /// Carries out what an answer means for its provider.
    ///
    /// - Returns: the change that the ledger must keep.
    mutating func carryOut(
        _ verdict: SendingLane.Verdict, on index: Int, at now: Timestamp
    ) -> GateChange {
        let lane = lanes[index]
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

    /// Notes that the server of a lane's provider closed a kept-alive connection without notice.
    ///
    /// - Returns: whether this is news.
    mutating func noteSilentClose(of index: Int) -> Bool {
        guard lanes[index].noteSilentClose() else { return false }
        silentClosers.insert(lanes[index].id)
        return true
    }

    /// Counts what the providers answered, for `providers.csv`.
    func record(in ledger: Ledger, at now: Timestamp) throws {
        for lane in lanes {
            try ledger.noteAnswers(
                of: lane.id, answeredAt: lane.answeredAt, errors: lane.errors, at: now)
        }
    }
}
