import BatchFiles
import Money
import Tables
import Timestamps

/// A desk file's changes to a user; nil leaves a value as it is.
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
    /// Adds a user and their wallets, or changes what is known about them.
    package func put(_ entry: UserEntry, _ line: Line) throws {
        try record(exists(entry.user) ? change(entry) : add(entry), of: line)
    }

    /// Adds a reseller without credit or discount. It never changes a user who is there.
    package func signUp(_ user: UserID, email: String?, name: String?, _ line: Line) throws {
        let known: (email: String?, name: String?)? = try db.first(
            "SELECT email, name FROM users WHERE id = \(user)"
        ) { (try $0[0], try $0[1]) }
        guard let known else {
            var entry = UserEntry(user: user)
            entry.email = email
            entry.name = name
            return try record(add(entry), of: line)
        }
        guard known == (email, name) else {
            return try reject(
                line,
                Rejection(.notAllowed, "there is a user \(user) already; nothing was changed"))
        }
        try record(.duplicate(), of: line)
    }

    private func add(_ entry: UserEntry) throws -> LineOutcome {
        let creditLimit = entry.creditLimit ?? .zero
        try db.run(
            """
            INSERT INTO users (id, name, email, role, discount_percent, credit_limit, created_at,
                               updated_at)
            VALUES (\(entry.user), \(entry.name), \(entry.email), \(entry.role ?? "reseller"),
                    \(entry.discount ?? .zero), \(creditLimit), \(intake.now), \(intake.now))
            """)
        try Wallets.openUser(db, entry.user, currency: intake.currency, creditLimit: creditLimit)
        return .accepted(note: "added")
    }

    private func change(_ entry: UserEntry) throws -> LineOutcome {
        if let limit = entry.creditLimit {
            let available = try postings.balance(of: .user(entry.user, .available))
            guard available >= Amount(micros: -limit.micros) else {
                return .rejected(
                    Rejection(
                        .notAllowed,
                        "\(entry.user) has used more credit than \(limit): they have "
                            + "\(available); nothing was changed"))
            }
            // The database checks the new minimum against the balance that it stores.
            try postings.writeBalances()
            let wallet = try Wallets.find(db, .user(entry.user, .available)).id
            try db.run("UPDATE wallets SET minimum = \(-limit.micros) WHERE id = \(wallet)")
        }
        try db.run(
            """
            UPDATE users SET name = coalesce(\(entry.name), name),
                email = coalesce(\(entry.email), email), role = coalesce(\(entry.role), role),
                discount_percent = coalesce(\(entry.discount), discount_percent),
                credit_limit = coalesce(\(entry.creditLimit), credit_limit),
                updated_at = \(intake.now)
            WHERE id = \(entry.user)
            """)
        return .accepted(note: "changed")
    }

    /// Stops intake from a user, for ever or until a moment. The user's running orders continue.
    package func ban(_ user: UserID, reason: String?, until: Timestamp?, _ line: Line) throws {
        try changeIfKnown(user, line) {
            try db.run(
                """
                UPDATE users SET banned = 1, ban_reason = \(reason), ban_expires = \(until),
                    updated_at = \(intake.now) WHERE id = \(user)
                """)
        }
    }

    /// Accepts a banned user's files again.
    package func unban(_ user: UserID, _ line: Line) throws {
        try changeIfKnown(user, line) {
            try db.run(
                """
                UPDATE users SET banned = 0, ban_reason = NULL, ban_expires = NULL,
                    updated_at = \(intake.now) WHERE id = \(user)
                """)
        }
    }

    /// Gives a user their own price for a service; nil takes it back.
    package func setPrice(
        _ price: Rate?, of service: ServiceID, for user: UserID, _ line: Line
    ) throws {
        guard try intake.service(service) != nil else {
            return try reject(
                line, Rejection(.unknownService, "there is no service \(service)"))
        }
        try changeIfKnown(user, line) {
            guard let price else {
                try db.run("DELETE FROM prices WHERE user_id = \(user) AND service_id = \(service)")
                return
            }
            try db.run(
                """
                INSERT INTO prices (user_id, service_id, price)
                VALUES (\(user), \(service), \(price))
                ON CONFLICT (user_id, service_id) DO UPDATE SET price = excluded.price
                """)
        }
    }

    func exists(_ user: UserID) throws -> Bool {
        try intake.hasUser(user)
    }

    static func unknown(_ user: UserID) -> LineOutcome {
        .rejected(Rejection(.unknownUser, "there is no user \(user); nothing was done"))
    }

    /// Makes a change if the user exists, and records the outcome of the line.
    private func changeIfKnown(
        _ user: UserID, _ line: Line, _ change: () throws -> Void
    ) throws {
        guard try exists(user) else { return try record(Self.unknown(user), of: line) }
        try change()
        try record(.accepted(), of: line)
    }
}
