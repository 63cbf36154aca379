import GRDB
import Tables
import Timestamps

/// Whose order goes out next to each provider: the resellers in turn, so that a file of a hundred
/// thousand lines does not keep another's single order waiting.
///
/// A turn is one order; where more are claimed at once than there are resellers, an equal share of
/// them. Within a turn a reseller's orders go by their due date. Runs go on where the last one
/// stopped (`providers.last_turn`), so that a provider who takes few orders a run serves everybody
/// in the end.
///
/// Who has orders waiting is looked up anew after `lookEvery` seconds, and whenever nobody in the
/// line has anything due; who has nothing due leaves the line until then. So what a claim costs
/// does not depend on how many resellers wait for other things.
package final class Turns {
    private var lines: [ProviderID: Line] = [:]

    /// How often it is looked up who has come, in seconds: less often with many, so that it costs
    /// little beside the orders that are sent meanwhile.
    private static func lookEvery(_ users: Int) -> Int { max(1, users / 2_000) }

    private struct Line {
        /// By name; nil where one has left.
        var users: [String?]
        /// Whose turn it is.
        var next: Int
        /// How many have not left.
        var left: Int
        let lookedAt: Timestamp
        /// How many there were.
        let count: Int

        /// Whose turn it is; nil where all have left.
        mutating func user() -> String? {
            guard left > 0 else { return nil }
            if next == users.count {
                users.removeAll { $0 == nil }
                next = 0
            }
            return users[next]
        }

        /// Ends that one's turn.
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
    /// Gives those who wait for a provider their turns until `count` orders are taken, or nobody
    /// has anything due, or so many have been looked at as one commit may.
    ///
    /// - Parameters:
    ///   - looks: how many orders may be looked at, and how many more are left afterwards.
    ///   - serve: takes at most so many due orders of a user. Returns how many it looked at, and
    ///     how many of those it took.
    func serve(
        _ provider: ProviderID, count: Int, looks: inout Int, _ db: any Connection,
        at now: Timestamp,
        _ serve: (_ user: String, _ limit: Int) throws -> (looked: Int, taken: Int)
    ) throws {
        var isNew = false
        var line = try line(of: provider, db, at: now, isNew: &isNew)
        var wanted = count
        var last: String?
        while wanted > 0, looks > 0 {
            guard let user = line.user() else {
                if isNew { break }
                line = try look(for: provider, after: last, db, at: now)
                isNew = true
                continue
            }
            let share = max(1, wanted / line.left)
            let (looked, taken) = try serve(user, share)
            wanted -= taken
            looks -= max(1, looked)
            if looked > 0 { last = user }
            line.pass(leaving: looked < share)
        }
        lines[provider] = line
        guard let last else { return }
        try db.grdb.execute(
            literal: "UPDATE providers SET last_turn = \(last) WHERE id = \(provider)")
    }

    /// Forgets who waits for a provider: orders of others have come to it.
    func renew(_ provider: ProviderID) {
        lines[provider] = nil
    }

    private func line(
        of provider: ProviderID, _ db: any Connection, at now: Timestamp, isNew: inout Bool
    ) throws -> Line {
        if let line = lines[provider] {
            let next = line.lookedAt.adding(seconds: Self.lookEvery(line.count))
            if line.lookedAt <= now, now < next { return line }
        }
        isNew = true
        let last = try String.fetchOne(
            db.grdb.cachedStatement(sql: "SELECT last_turn FROM providers WHERE id = ?"),
            arguments: [provider])
        return try look(for: provider, after: last, db, at: now)
    }

    private func look(
        for provider: ProviderID, after last: String?, _ db: any Connection, at now: Timestamp
    ) throws -> Line {
        var users: [String] = []
        while let user = try Self.user(after: users.last ?? "", waitingFor: provider, db) {
            users.append(user)
        }
        let next = last.flatMap { last in users.firstIndex { $0 > last } } ?? 0
        return Line(
            users: users, next: next, left: users.count, lookedAt: now, count: users.count)
    }

    /// The first user after another, by name, who has orders waiting for a provider, due or not;
    /// each a step in the index, however many orders the one before has.
    static func user(
        after user: String, waitingFor provider: ProviderID, _ db: any Connection
    ) throws -> String? {
        let lookup = try db.statement(
            """
            SELECT user_id FROM orders
            WHERE state = 'accepted' AND provider_id = ?1 AND user_id > ?2
            ORDER BY user_id LIMIT 1
            """)
        lookup.bind(1, provider.rawValue)
        lookup.bind(2, user)
        return try lookup.first { $0.text(0)! }
    }
}
