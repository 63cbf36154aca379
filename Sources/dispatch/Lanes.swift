import Ledger
import Settings
import Timestamps

/// The lanes of a run side by side: which provider gets how many orders, and when more can be
/// claimed.
struct Lanes {
    private var lanes: [Lane]
    /// Those that had nothing more due, with when they are looked at again: as long as a run waits for
    /// somebody's answers, nobody else's new orders wait for the next run.
    private var idleUntil: [ProviderID: Timestamp] = [:]
    /// How many more orders may be sent.
    private var limit: Int
    /// The most orders that one commit claims for a lane.
    private let batch: Int
    /// Nothing is claimed after this.
    let deadline: Deadline

    /// How long a lane with nothing due is left alone, in seconds.
    private static let idleSeconds = 1

    init(_ lanes: [Lane], limit: Int, batch: Int, deadline: Deadline) {
        self.lanes = lanes
        self.limit = limit
        self.batch = batch
        self.deadline = deadline
    }

    subscript(index: Int) -> Lane {
        get { lanes[index] }
        set { lanes[index] = newValue }
    }

    var all: [Lane] { lanes }

    /// How many orders may be on their way at once, over all lanes.
    var capacity: Int { lanes.reduce(0) { $0 + $1.settings.inFlight } }

    /// Those of `providers` whose due orders are to be offered to others at `now`: not of one who is to be
    /// tried with an order first.
    func offering(_ providers: Set<ProviderID>, at now: Timestamp) -> [ProviderID] {
        guard !deadline.isPassed(at: now) else { return [] }
        let untried = lanes.filter { $0.isUntried(at: now) && !isIdle($0, at: now) }.map(\.id)
        return providers.subtracting(untried).sorted()
    }

    func index(of provider: ProviderID) -> Int {
        lanes.firstIndex { $0.id == provider }!
    }

    /// What can be started now; never more, because an order that is claimed must be sent.
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

    /// Those that are now to be asked for our balance before they are trusted with an order.
    mutating func toBeAsked(at now: Timestamp) -> [Int] {
        guard !deadline.isPassed(at: now) else { return [] }
        return lanes.indices.filter { lanes[$0].isToBeAsked(at: now) }
    }

    private func isIdle(_ lane: Lane, at now: Timestamp) -> Bool {
        idleUntil[lane.id].map { now < $0 } ?? false
    }

    /// Notes what the claims brought: a lane that got less than it asked for has no more, unless orders
    /// came to it from elsewhere.
    mutating func note(_ claimed: Claimed, claimedBy claims: [Claim], at now: Timestamp) {
        limit -= claimed.intents.count
        for claim in claims
        where claimed.intents.count(where: { $0.provider == claim.provider }) < claim.count {
            noteIdle(claim.provider, at: now)
        }
        for provider in claimed.haveMore { idleUntil[provider] = nil }
    }

    /// Notes that a provider has nothing due.
    mutating func noteIdle(_ provider: ProviderID, at now: Timestamp) {
        idleUntil[provider] = now.adding(seconds: Self.idleSeconds)
    }

    /// Milliseconds until a lane can claim again that only waits for its rate; nil if there is none.
    func wait(at now: Timestamp) -> Int? {
        guard limit > 0, !deadline.isPassed(at: now) else { return nil }
        return lanes.lazy.filter { !isIdle($0, at: now) }.compactMap { $0.wait(at: now) }.min()
    }

    /// What the last answers say of the providers, where the ledger does not know it yet.
    mutating func changedHealth() -> [ProviderHealth] {
        lanes.indices.compactMap { lanes[$0].changedHealth() }
    }
}
