import GRDB
import Identity
import Tables

/// The texts that people type, as the ledger compares them.
enum Identities {
    /// What may be spelled in more than one way, and is unique for a user.
    enum Kind: String {
        case ref, batch
    }

    /// What a payment is compared by: its method and its reference, whose control characters are
    /// refused.
    static func payment(_ method: String, _ reference: String) -> String {
        Spelling(ofPayment: method).key + "\u{1F}" + Spelling(ofPayment: reference).key
    }

    /// What a top-up is compared by: its reference, or where it has none a name made of its batch,
    /// of which case counts.
    static func topup(_ reference: String?, fallback: String) -> String {
        reference.map { Spelling(ofPayment: $0).key } ?? Spelling(ofName: fallback).key
    }

    /// Whether a user has any ref or batch that is not its own key; `''` is the desk.
    static func hasSpellings(_ db: any Connection, _ user: String) throws -> Bool {
        let any = try db.statement("SELECT EXISTS (SELECT 1 FROM spellings WHERE user_id = ?1)")
        any.bind(1, user)
        return try any.first { $0.integer(0) == 1 }!
    }

    /// Notes a spelling that differs from its key.
    static func note(
        _ db: any Connection, _ kind: Kind, _ spelling: Spelling, of user: String
    ) throws {
        guard let key = spelling.differingKey else { return }
        try db.grdb.execute(
            literal: """
                INSERT INTO spellings (user_id, kind, key, text)
                VALUES (\(user), \(kind.rawValue), \(key), \(spelling.text)) ON CONFLICT DO NOTHING
                """)
    }

    /// The spellings under which a text may be known: as it is written, its key, and what else has
    /// that key.
    static func spellings(
        _ db: any Connection, _ kind: Kind, _ spelling: Spelling, of user: String
    ) throws -> [String] {
        try [spelling.text] + (spelling.differingKey.map { [$0] } ?? [])
            + String.fetchAll(
                db.grdb.cachedStatement(
                    sql: """
                        SELECT text FROM spellings WHERE user_id = ?1 AND kind = ?2 AND key = ?3
                        ORDER BY text
                        """), arguments: [user, kind.rawValue, spelling.key])
    }
}
