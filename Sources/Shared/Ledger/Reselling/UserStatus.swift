import Tables
import Timestamps

/// Whether a user may do anything now.
package struct UserStatus: Sendable {
    /// Whether their files are refused.
    package let isBanned: Bool
}

extension Ledger {
    /// Looks up whether a user may do anything now.
    ///
    /// - Parameters:
    ///   - user: the user.
    ///   - now: the moment: a ban may have ended.
    /// - Returns: the answer; nil if there is no such user.
    /// - Throws: `StoreError`.
    package func status(of user: UserID, at now: Timestamp) throws -> UserStatus? {
        try read { db in
            try db.statement(
                """
                SELECT banned = 1 AND coalesce(ban_expires, ?2 + 1) > ?2 FROM users WHERE id = ?1
                """
            ).bound(to: user, now).first { UserStatus(isBanned: try $0[0]) }
        }
    }
}
