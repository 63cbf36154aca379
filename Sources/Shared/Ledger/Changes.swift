import GRDB

/// What users have not been told yet.
enum Changes {
    enum Kind: String {
        case order, refill, cancel, deposit, withdrawal
    }

    static func note(_ db: Database, _ user: UserID, _ kind: Kind, _ subject: Int64) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO changes (user_id, kind, subject) VALUES (?, ?, ?)
                ON CONFLICT (user_id, kind, subject) DO NOTHING
                """
        ).execute(arguments: [user, kind.rawValue, subject])
    }
}
