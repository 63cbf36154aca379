import Accounts
import Doors
import HTTPTypes
import Ledger
import Networks
import Serving
import Spool
import Timestamps

/// Whose call it is.
struct Caller: Sendable {
    let owner: Dropper
    /// The number of the key.
    let key: Int64
    let scopes: Set<KeyScope>

    /// Calls with one key share its limits.
    var meter: String { "\(key)" }

    /// The reseller whose key it is.
    ///
    /// - Throws: `DoorError.notAllowed` for the key of a desk.
    var user: UserID {
        get throws(DoorError) {
            guard let user = owner.user else {
                throw .notAllowed(
                    "This key is of a desk, which brings files of its own and has no orders.")
            }
            return user
        }
    }
}

/// Lets calls in by their keys. Whatever is wrong with a key, the answer is one and the same, so
/// that it tells nothing.
struct Gate: Sendable {
    let accounts: Accounts
    /// The named desks of the configuration.
    let desks: Set<String>
    /// What the ledger says of a user; nil if it knows none.
    let status: @Sendable (UserID, Timestamp) throws -> UserStatus?
    let clock: WallClock

    /// Lets in a call whose key has one of the scopes.
    ///
    /// - Throws: `DoorError.unknownKey`, `DoorError.notAllowed`, `DoorError.userBanned`.
    func admit(_ call: HTTPCall, _ scopes: [KeyScope]) throws -> Caller {
        guard let text = Self.keyText(in: call.fields), let caller = try caller(text, call) else {
            throw DoorError.unknownKey
        }
        guard scopes.contains(where: caller.scopes.contains) else {
            let words = scopes.map(\.rawValue).joined(separator: " or ")
            throw DoorError.notAllowed("This key has not the scope \(words).")
        }
        return caller
    }

    /// Lets in a call with a key of a reseller.
    ///
    /// - Throws: `DoorError.unknownKey`, `DoorError.notAllowed`, `DoorError.userBanned`.
    func admitReseller(_ call: HTTPCall, _ scopes: [KeyScope]) throws -> Caller {
        let caller = try admit(call, scopes)
        _ = try caller.user
        return caller
    }

    /// Lets in a call with a key of a desk, to bring a file.
    ///
    /// - Throws: `DoorError.unknownKey`, `DoorError.notAllowed`.
    func admitDesk(_ call: HTTPCall, _ desk: String) throws -> Caller {
        let caller = try admit(call, [.files])
        guard case .namedDesk(desk) = caller.owner else {
            throw DoorError.notAllowed("This key is not of the desk that the path names.")
        }
        return caller
    }

    /// Looks up whose key a text is; nil if it is none that counts here and now.
    ///
    /// - Throws: `DoorError.userBanned`; `AccountsError`, `LedgerError`, `StoreError`.
    func caller(_ text: String, _ call: HTTPCall) throws -> Caller? {
        let now = clock.now()
        guard let key = try accounts.authenticate(text, from: call.address, at: now) else {
            return nil
        }
        switch key.holder {
        case .desk(let name):
            guard desks.contains(name) else { return nil }
            return Caller(owner: .namedDesk(name), key: key.id, scopes: key.scopes)
        case .user(let name):
            guard let user = UserID(rawValue: name), let status = try status(user, now) else {
                return nil
            }
            if status.isBanned { throw DoorError.userBanned }
            return Caller(owner: .reseller(name), key: key.id, scopes: key.scopes)
        }
    }

    /// The key as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or as the user or password of
    /// `Authorization: Basic` (curl -u KEY:).
    static func keyText(in fields: HTTPFields) -> String? {
        if let key = fields[.apiKey] { return trimmed(key) }
        guard let authorization = fields[.authorization] else { return nil }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return trimmed(String(parts[1]))
        case "basic":
            let pair = Base64.bytes(trimmed(String(parts[1])))
                .map { String(decoding: $0, as: UTF8.self) }?
                .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return pair?.first { !$0.isEmpty }.map(String.init)
        default: return nil
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.prefix { $0 != " " })
    }
}
