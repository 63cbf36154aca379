import Networks
import Tables
import Timestamps

extension Accounts {
    /// Makes a key. The key itself is kept nowhere: what is returned is the only copy.
    ///
    /// - Parameters:
    ///   - wish: whose it is, and what it opens.
    ///   - now: the moment.
    /// - Returns: the key, and its id.
    /// - Throws: `AccountsError`, `StoreError`.
    package func issue(_ wish: KeyWish, at now: Timestamp) throws -> (key: KeyText, id: Int64) {
        let key = KeyText.random()
        let networks = wish.networks.map(\.description).joined(separator: ",")
        let id = try commit { db in
            try db.run(
                """
                INSERT INTO api_keys (user_id, desk, name, prefix, hash, scopes, networks,
                    generation, expires_at, created_at)
                SELECT \(wish.holder.user), \(wish.holder.desk), \(wish.name), \(key.prefix),
                    \(key.digest), \(wish.scopes.text), \(networks), number,
                    \(wish.expiresAt?.milliseconds), \(now.milliseconds)
                FROM generation WHERE id = 1
                """)
            return db.lastInsertedID
        }
        return (key, id)
    }

    /// All keys there ever were, oldest first.
    ///
    /// - Parameter holder: those of one user or desk only.
    /// - Returns: the keys.
    /// - Throws: `AccountsError`, `StoreError`.
    package func keys(of holder: KeyHolder? = nil) throws -> [IssuedKey] {
        try read { db in
            let all = try db.all(
                """
                SELECT \(raw: IssuedKey.columns) FROM api_keys k JOIN generation g ON g.id = 1
                ORDER BY k.id
                """, IssuedKey.init)
            return all.filter { holder == nil || $0.holder == holder }
        }
    }

    /// What became of a key that was to be revoked.
    package enum Revocation: Equatable, Sendable {
        case revoked
        /// It was so already, and since when.
        case before(Timestamp)
        case unknown
    }

    /// Ends a key for ever. When this returns, no call that begins later is let in by it.
    ///
    /// - Parameters:
    ///   - id: the key's.
    ///   - now: the moment.
    /// - Returns: what became of it.
    /// - Throws: `AccountsError`, `StoreError`.
    package func revoke(_ id: Int64, at now: Timestamp) throws -> Revocation {
        try commit { db in
            let found: Int64?? = try db.first(
                "SELECT revoked_at FROM api_keys WHERE id = \(id)"
            ) { try $0[0] }
            guard let revokedAt = found else { return .unknown }
            if let revokedAt { return .before(Timestamp(milliseconds: revokedAt)) }
            try db.run(
                "UPDATE api_keys SET revoked_at = \(now.milliseconds) WHERE id = \(id)")
            return .revoked
        }
    }

    /// Lets keys work again that wait since the accounts were restored.
    ///
    /// - Parameter ids: which; nil for all.
    /// - Returns: the ids of those that waited, and wait no more. A revoked key is none of them.
    /// - Throws: `AccountsError`, `StoreError`.
    package func confirm(_ ids: Set<Int64>?) throws -> [Int64] {
        try commit { db in
            let waiting: [Int64] = try db.values(
                """
                SELECT k.id FROM api_keys k JOIN generation g ON g.id = 1
                WHERE k.generation <> g.number AND k.revoked_at IS NULL ORDER BY k.id
                """)
            let confirmed = waiting.filter { ids?.contains($0) ?? true }
            for id in confirmed {
                try db.run(
                    """
                    UPDATE api_keys SET generation = (SELECT number FROM generation)
                    WHERE id = \(id)
                    """)
            }
            return confirmed
        }
    }

    /// How many keys wait for `confirm`.
    ///
    /// - Returns: their number.
    /// - Throws: `AccountsError`, `StoreError`.
    package func waitingKeys() throws -> Int {
        try keys().count { $0.isWaiting && $0.revokedAt == nil }
    }
}
