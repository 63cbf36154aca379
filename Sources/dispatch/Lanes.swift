import Ledger
import Settings
import Timestamps

/// The lanes of a run side by side: which provider gets how many orders, and when more can be
/// claimed.
struct Lanes {
    private var lanes: [Lane]
    /// Those that have nothing due any more. What falls due during the run is for the next one.
    private var exhausted: Set<ProviderID> = []
    /// How many more orders may be sent.
    private var limit: Int
    /// The most orders that one commit claims for a lane.
    private let batch: Int
    /// Nothing is claimed after this.
    private let deadline: Timestamp

    init(_ lanes: [Lane], limit: Int, batch: Int, deadline: Timestamp) {
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

    func index(of provider: ProviderID) -> Int {
        lanes.firstIndex { $0.id == provider }!
    }

    /// What can be started now; never more, because an order that is claimed must be sent.
    mutating func claims(at now: Timestamp) -> [Claim] {
        guard now < deadline else { return [] }
        var left = limit
        return lanes.indices.compactMap { index in
            guard !exhausted.contains(lanes[index].id) else { return nil }
            let count = min(lanes[index].room(at: now), batch, left)
            guard count > 0 else { return nil }
            left -= count
            return Claim(provider: lanes[index].id, count: count)
        }
    }

    /// Notes what the claims brought: a lane that got less than it asked for has no more.
    mutating func note(_ intents: [Intent], claimedBy claims: [Claim]) {
        limit -= intents.count
        for claim in claims
        where intents.count(where: { $0.provider == claim.provider }) < claim.count {
            exhausted.insert(claim.provider)
        }
    }

    /// Milliseconds until a lane can claim again that only waits for its rate; nil if there is none.
    func wait(at now: Timestamp) -> Int? {
        guard limit > 0, now < deadline else { return nil }
        return lanes.lazy.filter { !exhausted.contains($0.id) }.compactMap { $0.wait(at: now) }
            .min()
    }
}
