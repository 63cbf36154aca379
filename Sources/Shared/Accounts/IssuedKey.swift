import Networks
import Tables
import Timestamps

/// What an operator decides of a new key.
package struct KeyWish: Sendable {
    package let holder: KeyHolder
    /// What its owner calls it.
    package var name: String?
    package var scopes: Set<KeyScope>
    /// The addresses that may use it; empty for all.
    package var networks: [NetworkRange]
    /// Nil if it never expires.
    package var expiresAt: Timestamp?

    package init(
        for holder: KeyHolder, name: String? = nil, scopes: Set<KeyScope>? = nil,
        networks: [NetworkRange] = [], expiresAt: Timestamp? = nil
    ) {
        self.holder = holder
        self.name = name
        self.scopes = scopes ?? (holder.desk == nil ? .all : .ofDesk)
        self.networks = networks
        self.expiresAt = expiresAt
    }
}

/// A key as the database knows it: all but the key itself.
package struct IssuedKey: Sendable {
    package let id: Int64
    package let holder: KeyHolder
    package let name: String?
    package let prefix: String
    package let scopes: Set<KeyScope>
    package let networks: [NetworkRange]
    package let createdAt: Timestamp
    package let expiresAt: Timestamp?
    /// To the hour.
    package let lastUsedAt: Timestamp?
    package let revokedAt: Timestamp?
    /// Whether it waits for `admin key confirm`, since the accounts were restored.
    package let isWaiting: Bool

    package func state(at now: Timestamp) -> KeyState {
        if revokedAt != nil { return .revoked }
        if let expiresAt, expiresAt <= now { return .expired }
        return isWaiting ? .waiting : .working
    }

    static let columns = """
        k.id, k.user_id, k.desk, k.name, k.prefix, k.scopes, k.networks, k.created_at, k.expires_at,
        k.last_used_at, k.revoked_at, k.generation <> g.number
        """

    init(_ row: Row) throws {
        func moment(_ column: Int) throws -> Timestamp? {
            let number: Int64? = try row[column]
            return number.map(Timestamp.init(milliseconds:))
        }
        id = try row[0]
        holder = try KeyHolder(user: row[1], desk: row[2])
        name = try row[3]
        prefix = try row[4]
        let scopes: String = try row[5]
        self.scopes = Set(text: scopes) ?? []
        let networks: String = try row[6]
        self.networks = networks.split(separator: ",").compactMap { NetworkRange(String($0)) }
        createdAt = Timestamp(milliseconds: try row[7])
        expiresAt = try moment(8)
        lastUsedAt = try moment(9)
        revokedAt = try moment(10)
        isWaiting = try row[11]
    }
}

/// Whether a key opens anything now.
package enum KeyState: String, Sendable {
    case working, waiting, expired, revoked
}

extension KeyHolder {
    /// The schema has exactly one of the two.
    init(user: String?, desk: String?) {
        self = user.map { .user($0) } ?? .desk(desk ?? "")
    }

    var user: String? { if case .user(let name) = self { name } else { nil } }
    var desk: String? { if case .desk(let name) = self { name } else { nil } }
}
