import BatchFiles
import Ledger
import Money
import TestHouse
import Timestamps

/// How the book came about.
extension House {
    func stock(_ alpha: ProviderID) throws {
        let entries = try [
            entry(
                "101", "Followers, \"fast\"", "Default", cost: "0.50", sale: "0.90", profit: "80"),
            entry(
                "102", "=HYPERLINK(1)", "custom_comments package", cost: "1", sale: "2",
                profit: "100"),
            entry(
                "103", "Not on sale", "Default", cost: "1", sale: "2", profit: "100", enabled: false
            ),
            entry("104", "Of no known kind", "Oracle", cost: "1", sale: "2", profit: "100"),
        ]
        _ = try ledger.takeOver(entries, of: alpha, at: "2026-10-30T08:00:00Z")
        try ledger.noteAnswers(
            of: alpha, answeredAt: "2026-11-22T09:30:00Z", errors: 5, at: "2026-11-22T09:30:00Z")
        try ledger.noteAnswers(
            of: alpha, answeredAt: "2026-11-23T09:30:00Z", errors: 2, at: "2026-11-23T09:30:00Z")
    }

    func open() throws {
        try deskFile("open.json", at: "2026-10-30T09:00:00Z") { draft in
            var entry = UserEntry(user: acme)
            entry.email = "ops@acme.example"
            entry.discount = try Percent(parsing: "12.5")
            try draft.put(entry, Line(.users, 1))
            try draft.put(UserEntry(user: zoe), Line(.users, 2))
            try draft.setPrice(
                try Rate(parsing: "0.80"), of: ServiceID(101), for: zoe, Line(.prices, 1))
            try draft.confirm(
                ConfirmedDeposit(
                    user: acme, method: "bank", reference: "TX-1", amount: "100", currency: usd,
                    credited: "100", fee: "1.50"), Line(.deposits, 1))
            try draft.confirm(
                ConfirmedDeposit(
                    user: zoe, method: "card", reference: "+49", amount: "50", currency: usd,
                    credited: "50", fee: "0"), Line(.deposits, 2))
            try draft.topUp("alpha", by: "500", reference: "TOP-1", Line(.topups, 1))
        }
    }

    /// Orders 1 and 2, of acme: completed, and delivered in part.
    func buyInOctober(from alpha: ProviderID) throws {
        try file("a.json", by: acme, at: "2026-10-30T10:00:00Z") { draft in
            try draft.accept(
                order("A-1", 101, units: 1_000, "0.787500", alpha),
                ResellerLine(.orders, 1, ref: "A-1"))
            try draft.accept(
                order("-A\n2", 102, quantity: nil, units: 1, "1.750000", alpha),
                ResellerLine(.orders, 2, ref: "-A\n2"))
        }
        try send(alpha, at: "2026-10-30T10:01:00Z") { order in
            .placed(providerOrder: "p\(order)", followAt: "2026-10-30T10:05:00Z")
        }
        var completed = StatusNews(order: OrderID(1), askAgain: Self.now)
        completed.status = "Completed"
        completed.startCount = 3_572
        completed.settlement = .completed
        completed.charged = ProviderCharge(amount: "0.50", cost: "0.50")
        _ = try ledger.record([completed], at: "2026-10-30T10:31:00Z")
        var partial = StatusNews(order: OrderID(2), askAgain: Self.now)
        partial.status = "Partial"
        partial.remains = 43
        partial.settlement = .partial(refund: "0.75")
        partial.charged = ProviderCharge(amount: "0.60", cost: "0.60")
        _ = try ledger.record([partial], at: "2026-10-30T11:01:00Z")
    }

    /// Orders 3 to 6, of zoe: in doubt, refused, placed and stuck, and not sent yet.
    func buyInNovember(from alpha: ProviderID) throws {
        try file("z.json", by: zoe, at: "2026-11-02T12:00:00Z") { draft in
            for (line, units, charge) in [
                (1, 5_000, "4"), (2, 1_000, "0.80"), (3, 2_000, "1.60"), (4, 1_000, "0.80"),
            ] as [(Int, Int64, Amount)] {
                try draft.accept(
                    order("Z-\(line)", 101, units: units, charge, alpha),
                    ResellerLine(.orders, line, ref: "Z-\(line)"))
            }
            try draft.reject(
                ResellerLine(.orders, 5, ref: "Z-5"), Rejection(.insufficientFunds, "no money left")
            )
            try draft.claimDeposit(
                method: "bank", reference: "TX-9", amount: "20", currency: usd,
                ResellerLine(.deposits, 1, ref: "D-1"))
            try draft.requestWithdrawal(
                of: "10", fee: "0.25", to: "IBAN", ResellerLine(.withdrawals, 1, ref: "W-1"))
        }
        try send(alpha, at: "2026-11-02T12:01:00Z") { order in
            switch order.rawValue {
            case 3: .unknown(evidence: "time-out\nafter sending")
            case 4: .refused(evidence: "Incorrect service ID")
            case 5: .placed(providerOrder: "p5", followAt: "2026-11-02T13:00:00Z")
            default: .postponed(until: "2027-01-01T00:00:00Z", isRefusal: false, evidence: "busy")
            }
        }
    }

    /// The desk's actions afterwards, and the last report about order 5.
    func close() throws {
        try deskFile("close.json", at: "2026-11-03T09:00:00Z") { draft in
            try draft.refund("0.10", of: OrderID(1), by: "anna", Line(.refunds, 1))
            try draft.adjust(acme, by: "-1", by: "anna", Line(.adjustments, 1))
            try draft.conclude(
                withdrawal: "W-1", of: zoe, isPaid: true, reference: "TX-7", Line(.withdrawals, 1))
            try draft.ban(zoe, reason: "chargeback", until: nil, Line(.bans, 1))
        }
        var silent = StatusNews(order: OrderID(5), askAgain: "2027-01-01T00:00:00Z")
        silent.status = "Fail"
        silent.exception = LedgerException(.unknownStatus, "\"Fail\" is no status")
        _ = try ledger.record([silent], at: "2026-11-20T09:00:00Z")
    }
}
