import Failures
import Ledger
import Run
import Settings
import Stage
import StrictJSON
import Timestamps

/// Proves the books by their invariants (design.md §5), and prints violations.
struct AuditBooks {
    private let context: RunContext
    private let inJSON: Bool
    private let quietly: Bool
    private let journal: String?

    /// - Parameters:
    ///   - context: the context of the run.
    ///   - inJSON: whether findings are printed as one JSON object.
    ///   - quietly: whether nothing is printed about sound books.
    ///   - journal: the file into which the books are written for hledger; nil writes none.
    init(_ context: RunContext, inJSON: Bool, quietly: Bool, journal: String? = nil) {
        self.context = context
        self.inJSON = inJSON
        self.quietly = quietly
        self.journal = journal
    }

    /// Proves the books, and leaves the result for `admin status`.
    ///
    /// - Returns: what was proved.
    /// - Throws: `BooksWrong` once the findings are printed; `LedgerError`, `OutputError`,
    ///   `StoreError`.
    func run() throws -> Summary {
        do {
            let summary = try prove()
            note(.done, "the books are right")
            return summary
        } catch let wrong as BooksWrong {
            note(wrong.exitStatus, "\(wrong)")
            throw wrong
        }
    }

    private func note(_ status: ExitStatus, _ text: String) {
        LastRun(endedAt: context.clock.now(), status: status, text: text)
            .keep(of: "audit", inSpool: context.settings.spool)
    }

    private func prove() throws -> Summary {
        let ledger = try Stage.openLedgerUnchecked(context)
        // The journal first: it is wanted most when the books are wrong.
        let entries = try journal.map { try BookJournal(context, at: $0).write(ledger) }
        let findings = try ledger.audit()
        guard findings.isEmpty else {
            try answer(inJSON ? Self.json(findings) : Self.text(findings))
            throw BooksWrong(findings: findings.count)
        }
        if !inJSON, !quietly {
            try answer("the books are right: \(Ledger.invariants) invariants hold")
        }
        guard let entries else {
            return Summary("audited", ["invariants": .integer(Ledger.invariants), "broken": 0])
        }
        return Summary(
            "audited",
            [
                "invariants": .integer(Ledger.invariants), "broken": 0,
                "entries": .integer(entries),
            ])
    }

    private static func text(_ findings: [Finding]) -> String {
        findings.flatMap { finding in
            let times = finding.count == 1 ? "once" : "\(finding.count) times"
            let rest = finding.count - finding.violations.count
            return ["invariant \(finding.invariant) is broken \(times): \(finding.rule)"]
                + finding.violations.map { "  \($0)" } + (rest > 0 ? ["  and \(rest) more"] : [])
        }.joined(separator: "\n")
    }

    private static func json(_ findings: [Finding]) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("invariants", Int64(Ledger.invariants))
        json.member("broken", Int64(findings.count))
        json.key("findings")
        json.beginArray()
        for finding in findings {
            json.beginObject()
            json.member("invariant", Int64(finding.invariant))
            json.member("rule", finding.rule)
            json.member("count", Int64(finding.count))
            json.key("violations")
            json.beginArray()
            for violation in finding.violations { json.string(violation) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return String(decoding: json.drain(), as: UTF8.self)
    }
}

/// The audit found the books wrong, and has printed what breaks them.
struct BooksWrong: StageFailure, CustomStringConvertible {
    /// How many invariants are broken.
    let findings: Int

    var exitStatus: ExitStatus { .booksWrong }

    var description: String {
        """
        the books are wrong: \(findings) of \(Ledger.invariants) invariants are broken; nothing \
        was changed; stop the programs, keep a copy of the ledger, and find out who wrote to it
        """
    }
}
