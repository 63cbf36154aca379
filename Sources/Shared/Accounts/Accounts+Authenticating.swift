import Networks
import Tables
import Timestamps

/// What a valid key lets its bearer do.
package struct KeyGrant: Hashable, Sendable {
    /// The key's number: for the log, and to count calls by.
    package let id: Int64
    package let holder: KeyHolder
    package let scopes: Set<KeyScope>
}

extension Accounts {
    /// Looks up a key. Whether its holder is banned is the ledger's to say.
    ///
    /// Each call looks into the database, so a key that was revoked lets nobody in from then on,
    /// whichever process revoked it. It waits for no writer.
    ///
    /// - Parameters:
    ///   - text: what the caller presents as its key.
    ///   - address: where the call comes from.
    ///   - now: the moment.
    /// - Returns: what the key grants; nil if it is ill-formed, unknown, revoked, expired, waiting
    ///   for confirmation, or used from elsewhere. The caller of the call must not learn which.
    /// - Throws: `AccountsError`, `StoreError`: nothing is known of the key.
    package func authenticate(
        _ text: some StringProtocol, from address: NetworkAddress, at now: Timestamp
    ) throws -> KeyGrant? {
        guard let key = KeyText(text) else { return nil }
        let digest = key.digest
        let found = try read { db in
            try db.statement(Self.lookup).bound(to: digest).first(IssuedKey.init)
        }
        guard let found, found.state(at: now) == .working,
            found.networks.isEmpty || found.networks.contains(where: { $0.contains(address) })
        else { return nil }
        uses.note(found.id, written: found.lastUsedAt, at: now)
        return KeyGrant(id: found.id, holder: found.holder, scopes: found.scopes)
    }

    static let lookup = """
        SELECT \(IssuedKey.columns) FROM api_keys k JOIN generation g ON g.id = 1 WHERE k.hash = ?1
        """

    /// Writes down which keys were used since the last time, to the hour. A server calls it every
    /// minute or so and when it stops, beside its calls: it may wait for another writer.
    ///
    /// - Throws: `AccountsError`, `StoreError`; then the next call writes it.
    package func writeUses() throws {
        let taken = uses.take()
        guard !taken.isEmpty else { return }
        do {
            try aside { db in
                try db.inTransaction(.write) {
                    for (id, moment) in taken.sorted(by: { $0.key < $1.key }) {
                        try db.run(
                            """
                            UPDATE api_keys
                            SET last_used_at = max(coalesce(last_used_at, 0),
                                \(moment.milliseconds))
                            WHERE id = \(id)
                            """)
                    }
                }
            }
        } catch {
            uses.putBack(taken)
            throw error
        }
    }
}
