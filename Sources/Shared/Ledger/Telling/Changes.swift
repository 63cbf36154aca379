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
        let note = try db.statement(
            """
            INSERT INTO changes (user_id, kind, subject) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id, kind, subject) DO NOTHING
            """)
        note.bind(1, user)
        note.bind(2, kind)
        note.bind(3, subject)
        try note.run()
    }
}
