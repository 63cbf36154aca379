import BatchFiles
import Tables

/// What a desk may ask the next run of a program to do.
package enum AskedRun: String, CaseIterable, Sendable {
    /// `poll` asks providers for their lists.
    case catalogue
    /// `poll` asks providers for our balances.
    case balances
    /// `report` proves the books.
    case audit
}

extension DeskDraft {
    /// Makes something due at once.
    ///
    /// `provider`: which provider is asked; nil: all of them.
    package func ask(for run: AskedRun, of provider: String?, _ line: Line) throws {
        try record(outcome(ofAskingFor: run, of: provider), of: line)
    }

    private func outcome(
        ofAskingFor run: AskedRun, of provider: String?
    ) throws -> LineOutcome {
        if let provider {
            guard run != .audit else {
                return .rejected(
                    Rejection(.badValue, "an audit is of the whole ledger; leave out provider"))
            }
            guard try db.exists("SELECT 1 FROM providers WHERE name = \(provider)") else {
                return .rejected(
                    Rejection(.badValue, "there is no provider \"\(provider)\"; nothing was done"))
            }
        }
        switch run {
        case .catalogue:
            try db.run(
                """
                UPDATE providers SET catalogue_due = 0
                WHERE name = coalesce(\(provider), name)
                """)
        case .balances:
            try db.run(
                "UPDATE providers SET balance_due = 0 WHERE name = coalesce(\(provider), name)")
        case .audit:
            try db.run("UPDATE generation SET audit_due = \(intake.now) WHERE id = 1")
        }
        return .accepted(note: "due in the next run")
    }
}

extension Ledger {
    /// Whether a desk asked for an audit that was not made yet.
    package func isAuditDue() throws -> Bool {
        try read { try $0.exists("SELECT 1 FROM generation WHERE audit_due IS NOT NULL") }
    }

    /// Notes that the audit was made.
    package func endAuditDue() throws {
        try commit { try $0.run("UPDATE generation SET audit_due = NULL WHERE id = 1") }
    }
}
