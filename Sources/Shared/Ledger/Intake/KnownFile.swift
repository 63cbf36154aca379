import BatchFiles
import Tables
import Timestamps

/// A file that the ledger knows by its owner and name.
package struct KnownFile: Sendable {
    /// The SHA-256 of its bytes, in hexadecimal.
    package let digest: String
    package let bytes: Int64
    package let receivedAt: Timestamp
    /// Whether the same bytes would be judged again: it was refused because its owner was banned.
    package let isJudgedAgain: Bool
}

extension Receipts {
    /// The file that its owner last dropped under a name; nil if there is none.
    ///
    /// - Throws: `StoreError`.
    package func latest(named name: String, of owner: FileOwner) throws -> KnownFile? {
        let files = try db.statement(
            """
            SELECT sha256, bytes, received_at, coalesce(reason = 'USER_BANNED', 0) FROM files
            WHERE \(FileOwner.column) = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1
            """)
        files.bind(1, owner.key)
        files.bind(2, name)
        return try files.first { row in
            KnownFile(
                digest: try row[0], bytes: try row[1], receivedAt: try row[2],
                isJudgedAgain: try row[3])
        }
    }

    /// The file that its owner dropped under a name with these bytes; nil if the ledger has not
    /// taken it.
    ///
    /// - Throws: `StoreError`.
    package func file(
        named name: String, digest: String, of owner: FileOwner
    ) throws -> FileID? {
        let files = try db.statement(
            """
            SELECT id FROM files
            WHERE \(FileOwner.column) = ?1 AND sha256 = ?2 AND name = ?3 AND set_aside = 0
            """)
        files.bind(1, owner.key)
        files.bind(2, digest)
        files.bind(3, name)
        return try files.first { try $0[0] }
    }
}
