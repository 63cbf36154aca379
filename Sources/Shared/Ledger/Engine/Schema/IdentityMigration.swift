import GRDB
import Identity
import Tables

/// Gives what a ledger of schema 3 holds the identities of schema 4, which SQL cannot work out.
///
/// No row is lost: of two that are one by the new rule, both stay as they are, and `exceptions`
/// says so, once for each later one. Only a claim that waits for a payment which was confirmed
/// already can never be confirmed any more: it is rejected, and its owner is told.
///
/// Of refs, batches and links only those are looked at that hold a blank or a letter beyond ASCII,
/// or belong to open orders: the work is as much as there is of these.
struct IdentityMigration {
    let db: any Connection
    let now: Int64

    /// - Parameter db: in the transaction of the migration, after its SQL.
    init(_ db: any Connection) throws {
        self.db = db
        // What is told of a migration happened when it was made.
        now = try Int64.fetchOne(db.grdb, sql: "SELECT unixepoch() * 1000")!
    }

    func run() throws {
        try deposits()
        try topups()
        try refs()
        try batches()
        try links()
    }

    /// Texts of printable ASCII without a blank are their own keys.
    private static let odd = "GLOB '*[^!-~]*'"

    // MARK: Payments

    private func deposits() throws {
        let rows = try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT id, user_id, method, reference, status FROM deposits
                ORDER BY status <> 'confirmed', confirmed_at, id
                """)
        var first: [String: GRDB.Row] = [:]
        var ofUser: [String: GRDB.Row] = [:]
        for row in rows {
            let identity = Identities.payment(row["method"], row["reference"])
            let own = "\(row["user_id"] as String)\u{1F}\(identity)"
            let isConfirmed = row["status"] == "confirmed"
            // Confirmed ones come first, so a claim is like one of its user's, or stands beside
            // another's.
            let original = isConfirmed ? first[identity] : ofUser[own]
            try db.grdb.execute(
                literal: """
                    UPDATE deposits SET identity = \(identity), looks_like = \(original?["id"] as Int64?)
                    WHERE id = \(row["id"] as Int64)
                    """)
            if isConfirmed, let original {
                try tell(
                    "look_alike_deposits",
                    "deposit \(Self.name(row)) of \(row["user_id"] as String) looks like "
                        + "\(Self.name(original)) of \(original["user_id"] as String), and both were "
                        + "credited; both stay in the books; if they are one payment, take the second "
                        + "back by an adjustment")
            } else if !isConfirmed, let payment = first[identity], payment["status"] == "confirmed"
            {
                try reject(row, for: payment)
            } else if !isConfirmed, let other = first[identity] {
                try tell(
                    "payment_claimed_twice",
                    "\(Self.name(row)) is claimed by \(row["user_id"] as String), and as "
                        + "\(Self.name(other)) by \(other["user_id"] as String); look at the bank's "
                        + "statement whose payment it is, and confirm it for that user: the other "
                        + "claim is rejected then")
            }
            first[identity] = first[identity] ?? row
            ofUser[own] = ofUser[own] ?? row
        }
    }

    private func reject(_ claim: GRDB.Row, for payment: GRDB.Row) throws {
        let (id, user): (Int64, String) = (claim["id"], claim["user_id"])
        try db.grdb.execute(literal: "UPDATE deposits SET status = 'rejected' WHERE id = \(id)")
        try db.grdb.execute(
            literal: """
                INSERT INTO changes (user_id, kind, subject) VALUES (\(user), 'deposit', \(id))
                ON CONFLICT DO NOTHING
                """)
        try tell(
            "payment_claimed_twice",
            "\(Self.name(claim)), which \(user) claimed, was confirmed as \(Self.name(payment)) for "
                + "\(payment["user_id"] as String); that claim is rejected and nothing was credited for "
                + (user == payment["user_id"]
                    ? "it; nothing needs to be done"
                    : "it; if the payment was \(user)'s, move the money by two adjustments"))
    }

    private static func name(_ row: GRDB.Row) -> String {
        "\(row["method"] as String) \((row["reference"] as String).debugDescription) (\(row["id"] as Int64))"
    }

    private func topups() throws {
        let rows = try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT t.id, w.provider_id, p.name, t.reference, t.metadata FROM transactions t
                    JOIN wallets w ON w.id = t.to_wallet_id JOIN providers p ON p.id = w.provider_id
                WHERE t.type = 'provider_topup' ORDER BY t.id
                """)
        for row in rows {
            let (provider, name, typed): (Int64, String, String?) = (row[1], row[2], row[4])
            let reference = (row[3] as String).dropFirst("provider_topup:\(name):".count)
            let identity = Identities.topup(typed, fallback: String(reference))
            try db.grdb.execute(
                literal: """
                    INSERT INTO topups (provider_id, identity, transaction_id)
                    VALUES (\(provider), \(identity), \(row[0] as Int64)) ON CONFLICT DO NOTHING
                    """)
            guard db.grdb.changesCount == 0 else { continue }
            try tell(
                "look_alike_topups",
                "top-up \(reference.debugDescription) of \(name) (transaction \(row[0] as Int64)) looks like "
                    + "an earlier one, and both were booked; both stay in the books; if they are one "
                    + "payment, \(name)'s expected balance is too high by it")
        }
    }

    // MARK: Names

    private func refs() throws {
        let uses = ["orders", "deposits", "withdrawals", "requests"].map {
            "SELECT user_id, ref, '\($0)' AS place, id FROM \($0) WHERE ref \(Self.odd)"
        }
        let rows = try GRDB.Row.fetchCursor(db.grdb, sql: uses.joined(separator: " UNION ALL "))
        while let row = try rows.next() {
            let (user, text): (String, String) = (row[0], row[1])
            let spelling = Spelling(ofName: text)
            guard !spelling.isKey else { continue }
            let others = try Identities.spellings(db, .ref, spelling, of: user).dropFirst()
            try Identities.note(db, .ref, spelling, of: user)
            for other in others where try isUsed(other, by: user) {
                try tell(
                    "look_alike_refs",
                    "ref \(text.debugDescription) of \(user) (\(row[2] as String) \(row[3] as Int64)) looks "
                        + "like their ref \(other.debugDescription), and both were accepted; both "
                        + "stay; if they are one order, cancel or refund the second")
            }
        }
    }

    private func isUsed(_ ref: String, by user: String) throws -> Bool {
        guard let user = UserID(rawValue: user) else { return false }
        return try References.isOrders(db, user, ref) || References.other(db, user, ref) != nil
    }

    private func batches() throws {
        let rows = try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT coalesce(user_id, ''), batch, name FROM files
                WHERE batch \(Self.odd) AND status IN ('accepted', 'partial') ORDER BY id
                """)
        for row in rows {
            let (user, text): (String, String) = (row[0], row[1])
            let spelling = Spelling(ofName: text)
            guard !spelling.isKey else { continue }
            let others = try Identities.spellings(db, .batch, spelling, of: user).dropFirst()
            try Identities.note(db, .batch, spelling, of: user)
            for other in others {
                let name = try String.fetchOne(
                    db.grdb,
                    sql: """
                        SELECT name FROM files WHERE coalesce(user_id, '') = ? AND batch = ?
                            AND status IN ('accepted', 'partial')
                        """, arguments: [user, other])
                guard let name else { continue }
                try tell(
                    "look_alike_batches",
                    "batch \(text.debugDescription) of \(user.isEmpty ? "the desk" : user) "
                        + "(\(row[2] as String)) looks like \(other.debugDescription) (\(name)), and "
                        + "both were taken; both stay; look whether the second is the first once more"
                )
            }
        }
    }

    // MARK: Links

    /// Those of open orders: nothing is compared with the others.
    private func links() throws {
        let rows = try GRDB.Row.fetchCursor(
            db.grdb, sql: "SELECT id, link FROM orders WHERE ended_at IS NULL AND link IS NOT NULL")
        var keys: [(id: Int64, key: String)] = []
        while let row = try rows.next() {
            guard let key = LinkRule.standard.spelling(row[1]).differingKey else { continue }
            keys.append((row[0], key))
        }
        for (id, key) in keys {
            try db.grdb.execute(literal: "UPDATE orders SET link_key = \(key) WHERE id = \(id)")
        }
    }

    /// Tells the operator. A migration is never edited, so the kind is the word of its time.
    private func tell(_ kind: String, _ detail: String) throws {
        try db.grdb.execute(
            literal: """
                INSERT INTO exceptions (at, kind, detail) VALUES (\(now), \(kind), \(detail))
                ON CONFLICT DO NOTHING
                """)
    }
}
