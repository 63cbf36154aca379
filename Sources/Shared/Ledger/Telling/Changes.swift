import GRDB
import Tables

/// What users have not been told yet.
enum Changes {
    enum Kind: String {
        case order, refill, cancel, deposit, withdrawal
    }

    static func note(_ db: any Connection, _ user: UserID, _ kind: Kind, _ subject: Int64) throws {
        let note = try db.statement(
            """
            INSERT INTO changes (user_id, kind, subject) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id, kind, subject) DO NOTHING
            """)
        note.bind(1, user.rawValue)
        note.bind(2, kind.rawValue)
        note.bind(3, subject)
        try note.run()
    }
}
