import Identity
import Tables

/// Gives the rows of a ledger of schema 3 the identities of schema 4, which SQL cannot work out.
///
/// No row is lost: if the new rule makes two rows one, both stay as they are, and `exceptions` says
/// so, once for each later one. Only a claim that waits for an already confirmed payment can never
/// be confirmed any more: it is rejected, and its owner is notified.
///
/// Of refs, batches and links it looks only at those that hold a blank or a letter beyond ASCII, or
/// belong to open orders, so the work is in proportion to these.
struct IdentityMigration {
    let db: any Connection
    let now: Int64

    /// `db`: in the transaction of the migration, after its SQL.
    init(_ db: any Connection) throws {
        self.db = db
        // The reports of a migration are dated by the moment when it runs.
        now = try db.one("SELECT unixepoch() * 1000")
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

    private struct Deposit {
        let id: Int64
        let user, method, reference, status: String

        init(row: Row) throws {
            id = try row[0]
            user = try row[1]
            method = try row[2]
            reference = try row[3]
            status = try row[4]
        }

        var isConfirmed: Bool { status == "confirmed" }
        var name: String { "\(method) \(reference.debugDescription) (\(id))" }
    }

    private func deposits() throws {
        let deposits = try db.all(
            """
            SELECT id, user_id, method, reference, status FROM deposits
            ORDER BY status <> 'confirmed', confirmed_at, id
            """, Deposit.init(row:))
        var first: [String: Deposit] = [:]
        var ofUser: [String: Deposit] = [:]
        for deposit in deposits {
            let identity = Identities.payment(deposit.method, deposit.reference)
            let own = "\(deposit.user)\u{1F}\(identity)"
            // Confirmed ones come first, so a claim looks like an earlier one of its user's, or
            // stands beside another user's.
            let original = deposit.isConfirmed ? first[identity] : ofUser[own]
            try db.run(
                """
                UPDATE deposits SET identity = \(identity), looks_like = \(original?.id)
                WHERE id = \(deposit.id)
                """)
            if let other = first[identity] { try compare(deposit, with: other) }
            first[identity] = first[identity] ?? deposit
            ofUser[own] = ofUser[own] ?? deposit
        }
    }

    /// Reports a deposit that has the identity of an earlier one.
    private func compare(_ deposit: Deposit, with other: Deposit) throws {
        switch (deposit.isConfirmed, other.isConfirmed) {
        case (true, _):
            try report(
                "look_alike_deposits",
                """
                deposit \(deposit.name) of \(deposit.user) looks like \(other.name) of \
                \(other.user), and both were credited; both stay in the books; if they are one \
                payment, take the second back by an adjustment
                """)
        case (false, true):
            try reject(deposit, for: other)
        case (false, false):
            try report(
                "payment_claimed_twice",
                """
                \(deposit.name) is claimed by \(deposit.user), and as \(other.name) by \
                \(other.user); look at the bank's statement whose payment it is, and confirm it \
                for that user: the other claim is rejected then
                """)
        }
    }

    private func reject(_ claim: Deposit, for payment: Deposit) throws {
        try db.run("UPDATE deposits SET status = 'rejected' WHERE id = \(claim.id)")
        try db.run(
            """
            INSERT INTO changes (user_id, kind, subject)
            VALUES (\(claim.user), 'deposit', \(claim.id)) ON CONFLICT DO NOTHING
            """)
        let remedy =
            claim.user == payment.user
            ? "nothing needs to be done"
            : "if the payment was \(claim.user)'s, move the money by two adjustments"
        try report(
            "payment_claimed_twice",
            """
            \(claim.name), which \(claim.user) claimed, was confirmed as \(payment.name) for \
            \(payment.user); that claim is rejected and nothing was credited for it; \(remedy)
            """)
    }

    private func topups() throws {
        let topups:
            [(id: Int64, provider: Int64, name: String, reference: String, typed: String?)] =
                try db.all(
                    """
                    SELECT t.id, w.provider_id, p.name, t.reference, t.metadata FROM transactions t
                        JOIN wallets w ON w.id = t.to_wallet_id
                    JOIN providers p ON p.id = w.provider_id
                    WHERE t.type = 'provider_topup' ORDER BY t.id
                    """
                ) { (try $0[0], try $0[1], try $0[2], try $0[3], try $0[4]) }
        for topup in topups {
            let prefix = "provider_topup:\(topup.name):"
            let reference = String(topup.reference.dropFirst(prefix.count))
            let identity = Identities.topup(topup.typed, fallback: reference)
            let isFirst =
                try db.run(
                    """
                    INSERT INTO topups (provider_id, identity, transaction_id)
                    VALUES (\(topup.provider), \(identity), \(topup.id)) ON CONFLICT DO NOTHING
                    """) > 0
            guard !isFirst else { continue }
            try report(
                "look_alike_topups",
                """
                top-up \(reference.debugDescription) of \(topup.name) (transaction \(topup.id)) \
                looks like an earlier one, and both were booked; both stay in the books; if they \
                are one payment, \(topup.name)'s expected balance is too high by it
                """)
        }
    }

    // MARK: Names

    private func refs() throws {
        let uses = ["orders", "deposits", "withdrawals", "requests"].map {
            "SELECT user_id, ref, '\($0)' AS place, id FROM \($0) WHERE ref \(Self.odd)"
        }
        try db.forEach("\(raw: uses.joined(separator: " UNION ALL "))") { row in
            let (user, text): (String, String) = (try row[0], try row[1])
            let (place, id): (String, Int64) = (try row[2], try row[3])
            let spelling = Spelling(ofName: text)
            guard !spelling.isKey else { return }
            let others = try Identities.spellings(db, .ref, spelling, of: user).dropFirst()
            try Identities.note(db, .ref, spelling, of: user)
            for other in others where try isUsed(other, by: user) {
                try report(
                    "look_alike_refs",
                    """
                    ref \(text.debugDescription) of \(user) (\(place) \(id)) looks like their ref \
                    \(other.debugDescription), and both were accepted; both stay; if they are one \
                    order, cancel or refund the second
                    """)
            }
        }
    }

    private func isUsed(_ ref: String, by user: String) throws -> Bool {
        guard let user = UserID(rawValue: user) else { return false }
        return try References.isOrders(db, user, ref) || References.other(db, user, ref) != nil
    }

    private func batches() throws {
        let batches: [(user: String, text: String, name: String)] = try db.all(
            """
            SELECT \(raw: FileOwner.column), batch, name FROM files
            WHERE batch \(raw: Self.odd) AND status IN ('accepted', 'partial') ORDER BY id
            """
        ) { (try $0[0], try $0[1], try $0[2]) }
        for batch in batches {
            let spelling = Spelling(ofName: batch.text)
            guard !spelling.isKey else { continue }
            let others = try Identities.spellings(db, .batch, spelling, of: batch.user).dropFirst()
            try Identities.note(db, .batch, spelling, of: batch.user)
            for other in others {
                let name: String? = try db.value(
                    """
                    SELECT name FROM files
                    WHERE \(raw: FileOwner.column) = \(batch.user) AND batch = \(other)
                        AND status IN ('accepted', 'partial')
                    """)
                guard let name else { continue }
                try report(
                    "look_alike_batches",
                    """
                    batch \(batch.text.debugDescription) of \
                    \(batch.user.isEmpty ? "the desk" : batch.user) (\(batch.name)) looks like \
                    \(other.debugDescription) (\(name)), and both were taken; both stay; look \
                    whether the second is the first once more
                    """)
            }
        }
    }

    // MARK: Links

    /// Those of open orders: nothing is compared with the others.
    private func links() throws {
        let links: [(id: Int64, link: String)] = try db.all(
            "SELECT id, link FROM orders WHERE ended_at IS NULL AND link IS NOT NULL"
        ) { (try $0[0], try $0[1]) }
        for (id, link) in links {
            guard let key = LinkRule.standard.spelling(link).differingKey else { continue }
            try db.run("UPDATE orders SET link_key = \(key) WHERE id = \(id)")
        }
    }

    /// Reports to the operator. A migration is never edited, so the kind is the word of its time.
    private func report(_ kind: String, _ detail: String) throws {
        try db.run(
            """
            INSERT INTO exceptions (at, kind, detail) VALUES (\(now), \(kind), \(detail))
            ON CONFLICT DO NOTHING
            """)
    }
}
