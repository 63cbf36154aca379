import GRDB
import Money
import Tables
import Timestamps

/// What a desk file says of a user; nil leaves what is there.
package struct UserEntry: Sendable {
    package var user: UserID
    package var email: String?
    package var name: String?
    package var role: String?
    package var discount: Percent?
    package var creditLimit: Amount?

    package init(user: UserID) {
        self.user = user
    }
}

extension DeskDraft {
    /// Adds a user with his wallets, or changes what is said of him.
    package func put(_ entry: UserEntry, _ line: Line) throws {
        if try exists(entry.user) {
            try record(change(entry), of: line)
        } else {
            let creditLimit = entry.creditLimit ?? .zero
            try db.grdb.execute(
                literal: """
                    INSERT INTO users (id, name, email, role, discount_percent, credit_limit,
                                       created_at, updated_at)
                    VALUES (\(entry.user), \(entry.name), \(entry.email),
                            \(entry.role ?? "reseller"), \(entry.discount ?? .zero), \(creditLimit),
                            \(intake.now), \(intake.now))
                    """)
            try Wallets.openUser(
                db, entry.user, currency: intake.currency, creditLimit: creditLimit)
            try record(.accepted(note: "added"), of: line)
        }
    }

    private func change(_ entry: UserEntry) throws -> LineOutcome {
        if let limit = entry.creditLimit {
            let available = try postings.balance(of: .user(entry.user, .available))
            guard available >= Amount(micros: -limit.micros) else {
                return .rejected(
                    Rejection(
                        .notAllowed,
                        "\(entry.user) has used more credit than \(limit): he has \(available); "
                            + "nothing was changed"))
            }
            // The database holds the new minimum against the balance it knows.
            try postings.writeBalances()
            let wallet = try Wallets.find(db, .user(entry.user, .available)).id
            try db.grdb.execute(
                literal: "UPDATE wallets SET minimum = \(-limit.micros) WHERE id = \(wallet)")
        }
        try db.grdb.execute(
            literal: """
                UPDATE users SET name = coalesce(\(entry.name), name),
                    email = coalesce(\(entry.email), email), role = coalesce(\(entry.role), role),
                    discount_percent = coalesce(\(entry.discount), discount_percent),
                    credit_limit = coalesce(\(entry.creditLimit), credit_limit),
                    updated_at = \(intake.now)
                WHERE id = \(entry.user)
                """)
        return .accepted(note: "changed")
    }

    /// Stops intake from a user, for ever or until a moment. His running orders go on to their end.
    package func ban(_ user: UserID, reason: String?, until: Timestamp?, _ line: Line) throws {
        try noteIfKnown(user, line) {
            try db.grdb.execute(
                literal: """
                    UPDATE users SET banned = 1, ban_reason = \(reason), ban_expires = \(until),
                        updated_at = \(intake.now) WHERE id = \(user)
                    """)
        }
    }

    /// Lets a banned user's files in again.
    package func unban(_ user: UserID, _ line: Line) throws {
        try noteIfKnown(user, line) {
            try db.grdb.execute(
                literal: """
                    UPDATE users SET banned = 0, ban_reason = NULL, ban_expires = NULL,
                        updated_at = \(intake.now) WHERE id = \(user)
                    """)
        }
    }

    /// Gives a user a price of his own for a service; nil takes it back.
    package func setPrice(
        _ price: Rate?, of service: ServiceID, for user: UserID, _ line: Line
    ) throws {
        guard try intake.service(service) != nil else {
            return try reject(
                line, Rejection(.unknownService, "there is no service \(service)"))
        }
        try noteIfKnown(user, line) {
            if let price {
                try db.grdb.execute(
                    literal: """
                        INSERT INTO prices (user_id, service_id, price)
                        VALUES (\(user), \(service), \(price))
                        ON CONFLICT (user_id, service_id) DO UPDATE SET price = excluded.price
                        """)
            } else {
                try db.grdb.execute(
                    literal: """
                        DELETE FROM prices WHERE user_id = \(user) AND service_id = \(service)
                        """)
            }
        }
    }

    func exists(_ user: UserID) throws -> Bool {
        try intake.hasUser(user)
    }

    static func unknown(_ user: UserID) -> LineOutcome {
        .rejected(Rejection(.unknownUser, "there is no user \(user); nothing was done"))
    }

    /// Does `change` if the user exists, and writes down which of the two it was.
    private func noteIfKnown(_ user: UserID, _ line: Line, _ change: () throws -> Void) throws {
        guard try exists(user) else {
            try record(Self.unknown(user), of: line)
            return
        }
        try change()
        try record(.accepted(), of: line)
    }
}
