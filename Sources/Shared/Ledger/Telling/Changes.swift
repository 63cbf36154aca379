import Tables

/// Changes that have not been reported to users yet.
enum Changes {
    enum Kind: String, Column {
        case order, refill, cancel, deposit, withdrawal
    }

    /// Notes that something changed for a user; noting it again changes nothing.
    static func note(
        _ db: any Connection, _ user: UserID, _ kind: Kind, _ subject: Int64
    ) throws {
        try insertion(db).bound(to: user, kind, subject).run()
    }

    /// The statement that does it. Its parameters are the user, the kind and the subject.
    static func insertion(_ db: any Connection) throws -> any Statement {
        try db.statement(
            """
            INSERT INTO changes (user_id, kind, subject) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id, kind, subject) DO NOTHING
            """)
    }
}
