import Accounts
import Networks
import StrictJSON
import Timestamps

/// The keys as `admin key list` shows them.
struct KeyList {
    let keys: [IssuedKey]
    let now: Timestamp

    private static let head = [
        "key", "of", "begins", "state", "scopes", "from", "created", "expires", "last used", "name",
    ]

    var text: String {
        let rows = keys.map { key in
            [
                "\(key.id)", "\(key.holder)", key.prefix, key.state(at: now).rawValue,
                key.scopes.text, Self.from(key) ?? "-", "\(key.createdAt)",
                Self.word(key.expiresAt), Self.word(key.lastUsedAt), key.name ?? "-",
            ]
        }
        return Columns.text([Self.head] + rows)
    }

    func write(to json: inout JSONWriter) {
        json.list("keys", keys) { key, json in
            json.member("id", key.id)
            json.member("holder", "\(key.holder)")
            json.member("begins", key.prefix)
            json.member("state", key.state(at: now).rawValue)
            json.member("scopes", key.scopes.text)
            json.member("from", Self.from(key))
            json.member("created_at", "\(key.createdAt)")
            json.member("expires_at", key.expiresAt?.description)
            json.member("last_used_at", key.lastUsedAt?.description)
            json.member("revoked_at", key.revokedAt?.description)
            json.member("name", key.name)
        }
    }

    private static func from(_ key: IssuedKey) -> String? {
        key.networks.isEmpty ? nil : key.networks.map(\.description).joined(separator: ",")
    }

    private static func word(_ moment: Timestamp?) -> String {
        moment.map { "\($0)" } ?? "-"
    }
}
