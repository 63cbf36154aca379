import Identity
import Tables

/// The texts that people type, in the form in which the ledger compares them.
enum Identities {
    /// A text that may be spelled in more than one way, and is unique for a user.
    enum Kind: String {
        case ref, batch
    }

    /// The key by which payments are compared: method and reference, joined by a control character,
    /// which neither of them may contain.
    static func payment(_ method: String, _ reference: String) -> String {
        Spelling(ofPayment: method).key + "\u{1F}" + Spelling(ofPayment: reference).key
    }

    /// The key by which top-ups are compared: the reference, or a name made from the batch if there
    /// is none. Case counts in such a name.
    static func topup(_ reference: String?, fallback: String) -> String {
        reference.map { Spelling(ofPayment: $0).key } ?? Spelling(ofName: fallback).key
    }

    /// Whether a user has any ref or batch that is spelled otherwise than its key; `''` is the
    /// desk.
    static func hasSpellings(_ db: any Connection, _ user: String) throws -> Bool {
        try db.one("SELECT EXISTS (SELECT 1 FROM spellings WHERE user_id = \(user))")
    }

    /// Notes a spelling that differs from its key.
    static func note(
        _ db: any Connection, _ kind: Kind, _ spelling: Spelling, of user: String
    ) throws {
        guard let key = spelling.differingKey else { return }
        try db.run(
            """
            INSERT INTO spellings (user_id, kind, key, text)
            VALUES (\(user), \(kind.rawValue), \(key), \(spelling.text)) ON CONFLICT DO NOTHING
            """)
    }

    /// The spellings under which a text may be known: the text itself, its key, and every other
    /// spelling of that key.
    static func spellings(
        _ db: any Connection, _ kind: Kind, _ spelling: Spelling, of user: String
    ) throws -> [String] {
        let others: [String] = try db.values(
            """
            SELECT text FROM spellings
            WHERE user_id = \(user) AND kind = \(kind.rawValue) AND key = \(spelling.key)
            ORDER BY text
            """)
        return [spelling.text] + (spelling.differingKey.map { [$0] } ?? []) + others
    }
}
