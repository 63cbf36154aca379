import Tables
import Timestamps

/// Whose order goes out next to each provider. The resellers take turns, so that a file of a
/// hundred thousand lines does not keep another reseller's single order waiting.
///
/// A turn is one order; if more orders are claimed at once than there are resellers, a turn is an
/// equal share of them. Within a turn a reseller's orders go by their due date. A run resumes where
/// the last one stopped (`providers.last_turn`), so that a provider that takes few orders a run
/// serves everybody in the end.
///
/// A queue says who has orders waiting. It is made again after `lookEvery` seconds, and when nobody
/// in it has anything due; a reseller with nothing due leaves it until then. So the cost of a claim
/// does not depend on how many resellers wait for other things.
package final class Turns {
    private var queues: [ProviderID: Queue] = [:]

    /// How often to look who has come, in seconds: less often with many resellers, so that looking
    /// costs little beside the orders that are sent meanwhile.
    private static func lookEvery(_ users: Int) -> Int { max(1, users / 2_000) }

    /// The resellers that have orders waiting for one provider.
    private struct Queue {
        /// By name; nil for a reseller that has left.
        var users: [String?]
        /// Whose turn it is.
        var next: Int
        /// How many have not left.
        var left: Int
        let lookedAt: Timestamp
        /// How many there were at first.
        let count: Int

        /// Whose turn it is; nil if all have left.
        mutating func user() -> String? {
            guard left > 0 else { return nil }
            if next == users.count {
                users.removeAll { $0 == nil }
                next = 0
            }
            return users[next]
        }

        /// Ends that turn.
        mutating func pass(leaving: Bool) {
            if leaving {
                users[next] = nil
                left -= 1
            }
            next += 1
        }
    }

    package init() {}
}

extension Turns {
    /// Gives the resellers that wait for a provider their turns, until `count` orders are taken,
    /// nobody has anything due, or `looks` orders have been looked at.
    ///
    /// - Parameters:
    ///   - provider: the provider to send to.
    ///   - count: how many orders are wanted.
    ///   - looks: how many orders may be looked at; how many are left afterwards.
    ///   - db: the connection.
    ///   - now: the time.
    ///   - serve: takes at most `limit` due orders of a user; returns how many it looked at, and
    ///     how many of those it took.
    /// - Throws: `StoreError`, and what `serve` throws.
    func serve(
        _ provider: ProviderID, count: Int, looks: inout Int, _ db: any Connection,
        at now: Timestamp,
        _ serve: (_ user: String, _ limit: Int) throws -> (looked: Int, taken: Int)
    ) throws {
        var isNew = false
        var queue = try queue(of: provider, db, at: now, isNew: &isNew)
        var wanted = count
        var last: String?
        while wanted > 0, looks > 0 {
            guard let user = queue.user() else {
                if isNew { break }
                queue = try look(for: provider, after: last, db, at: now)
                isNew = true
                continue
            }
            let share = max(1, wanted / queue.left)
            let (looked, taken) = try serve(user, share)
            wanted -= taken
            looks -= max(1, looked)
            if looked > 0 { last = user }
            queue.pass(leaving: looked < share)
        }
        queues[provider] = queue
        guard let last else { return }
        try db.run("UPDATE providers SET last_turn = \(last) WHERE id = \(provider)")
    }

    /// Forgets who waits for a provider, because other providers' orders have come to it.
    func renew(_ provider: ProviderID) {
        queues[provider] = nil
    }

    private func queue(
        of provider: ProviderID, _ db: any Connection, at now: Timestamp, isNew: inout Bool
    ) throws -> Queue {
        if let queue = queues[provider] {
            let next = queue.lookedAt.adding(seconds: Self.lookEvery(queue.count))
            if queue.lookedAt <= now, now < next { return queue }
        }
        isNew = true
        let last: String? = try db.value("SELECT last_turn FROM providers WHERE id = \(provider)")
        return try look(for: provider, after: last, db, at: now)
    }

    private func look(
        for provider: ProviderID, after last: String?, _ db: any Connection, at now: Timestamp
    ) throws -> Queue {
        var users: [String] = []
        while let user = try Self.user(after: users.last ?? "", waitingFor: provider, db) {
            users.append(user)
        }
        let next = last.flatMap { last in users.firstIndex { $0 > last } } ?? 0
        return Queue(
            users: users, next: next, left: users.count, lookedAt: now, count: users.count)
    }

    /// The first user after another, by name, who has orders waiting for a provider, due or not.
    /// Each is one step in the index, however many orders the user before has.
    static func user(
        after user: String, waitingFor provider: ProviderID, _ db: any Connection
    ) throws -> String? {
        let next = try db.statement(
            """
            SELECT user_id FROM orders
            WHERE state = 'accepted' AND provider_id = ?1 AND user_id > ?2
            ORDER BY user_id LIMIT 1
            """)
        next.bind(1, provider)
        next.bind(2, user)
        return try next.first { try $0[0] }
    }
}
