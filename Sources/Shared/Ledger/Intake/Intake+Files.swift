import BatchFiles
import Money
import Tables

extension Intake {
    func insertFile(
        _ arrival: Arrival, batch: String?, status: String, lines: Int = 0,
        rejection: Rejection? = nil, duplicateOf: FileID? = nil, balance: Amount? = nil,
        wasRetaken: Bool = false
    ) throws -> FileID {
        let insertion = try db.statement(
            """
            INSERT INTO files (user_id, name, sha256, batch, bytes, status, reason, detail,
                               duplicate_of, lines, accepted, rejected, charged, balance,
                               received_at, desk, was_retaken)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, 0, ?12, ?13, ?14, ?15)
            """)
        insertion.bind(1, arrival.user)
        insertion.bind(2, arrival.name)
        insertion.bind(3, arrival.digest)
        insertion.bind(4, batch)
        insertion.bind(5, arrival.bytes)
        insertion.bind(6, status)
        insertion.bind(7, rejection?.code)
        insertion.bind(8, rejection?.detail)
        insertion.bind(9, duplicateOf)
        insertion.bind(10, lines)
        insertion.bind(11, status == "rejected" ? lines : 0)
        insertion.bind(12, balance)
        insertion.bind(13, arrival.receivedAt)
        insertion.bind(14, arrival.owner.desk)
        insertion.bind(15, wasRetaken ? 1 : 0)
        try insertion.run()
        return FileID(db.lastInsertedID)
    }

    /// The user's balance now: kept with the file, so that its receipt is the same whenever it is
    /// written. Nil for the desk.
    func balance(of user: UserID?) throws -> Amount? {
        try user.map { try postings.balance(of: .user($0, .available)) }
    }
}
