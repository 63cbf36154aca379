import Ledger

/// Where orders go: what the house knows of buying from a second provider when the first cannot
/// serve.
extension Model {
    /// The providers, in the order in which they are tried.
    enum Place: String, CaseIterable {
        case alpha, beta

        /// What an order costs there.
        var cost: Int64 { self == .alpha ? 0 : 1_000_000 }
    }

    private enum Way {
        case now(Place)
        case later(Place, milliseconds: Int64)
        case never
    }

    /// The next orders that are sent from a place, of the users in turn; on the way there, others
    /// move on, wait or end.
    mutating func claim(_ count: Int, from place: Place, at now: Int64) -> [Int64] {
        var claimed: [Int64] = []
        var line = line(at: place)
        while claimed.count < count, !line.isEmpty {
            let share = max(1, (count - claimed.count) / line.count)
            let user = line.removeFirst()
            let due = due(at: place, now).filter { orders[$0]!.user == user }.prefix(share)
            for id in due where stays(id, asking: place, at: now) {
                orders[id]!.state = .sending
                claimed.append(id)
            }
            if !due.isEmpty { lastTurn[place] = user }
            if due.count == share { line.append(user) }
        }
        return claimed
    }

    /// The users who wait for a place, by name, beginning with the one after the last.
    private func line(at place: Place) -> [UserID] {
        let waiting = Set(
            orders.values.filter { $0.state == .accepted && $0.place == place }.map(\.user)
        ).sorted { $0.rawValue < $1.rawValue }
        guard let last = lastTurn[place] else { return waiting }
        return waiting.filter { $0.rawValue > last.rawValue }
            + waiting.filter { $0.rawValue <= last.rawValue }
    }

    /// Moves orders that may be served elsewhere away from a place that gets none.
    mutating func offer(from place: Place, at now: Int64) {
        for id in due(at: place, now) where orders[id]!.isFlexible {
            if stays(id, asking: nil, at: now) { orders[id]!.due = now + 60_000 }
        }
    }

    /// The provider that has an order says that it will never serve it.
    mutating func refuse(_ id: Int64, at now: Int64) {
        orders[id]!.refusers.insert(orders[id]!.place)
        switch way(of: orders[id]!, asking: nil) {
        case .now(let place):
            orders[id]!.place = place
            requeue(id, due: now)
        case .later(let place, let wait):
            orders[id]!.place = place
            requeue(id, due: now + wait)
        case .never: end(id, as: .refused)
        }
    }

    private func due(at place: Place, _ now: Int64) -> [Int64] {
        orders.filter {
            $0.value.state == .accepted && $0.value.place == place && $0.value.due <= now
        }
        .sorted { ($0.value.due, $0.key) < ($1.value.due, $1.key) }.map(\.key)
    }

    /// Whether an order is sent from where it is; else it is where, or how, it is then.
    private mutating func stays(_ id: Int64, asking: Place?, at now: Int64) -> Bool {
        switch way(of: orders[id]!, asking: asking) {
        case .now(let place) where place == orders[id]!.place: return true
        case .now(let place):
            orders[id]!.place = place
            orders[id]!.due = now
        case .later(let place, let wait):
            orders[id]!.place = place
            orders[id]!.due = now + wait
        case .never: end(id, as: .refused)
        }
        return false
    }

    private func way(of order: Order, asking: Place?) -> Way {
        var later: Way?
        for place in order.isFlexible ? Place.allCases : [.alpha]
        where !order.refusers.contains(place) {
            let isCovered = order.charge >= place.cost
            if isCovered, place == asking || !paused.contains(place) { return .now(place) }
            later = later ?? .later(place, milliseconds: isCovered ? 60_000 : 300_000)
        }
        return later ?? .never
    }
}
