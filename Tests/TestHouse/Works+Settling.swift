import Glibc
import TestSupport

extension Works {
    /// Runs all programs until every order has ended; doubts are decided by what the sandboxes
    /// have.
    ///
    /// - Parameter sandboxes: the providers by name, if they are not the works' own.
    /// - Throws: `WorldFailure` if the orders do not end.
    package func settle(with sandboxes: [String: SandboxProcess]? = nil) throws {
        let sandboxes = sandboxes ?? self.sandboxes
        for _ in 1...10 {
            try done("ingest", "dispatch")
            try decideDoubts(by: sandboxes)
            for sandbox in sandboxes.values { try sandbox.advance(seconds: 100) }
            wait()
            try done("poll")
            if try openOrders() == 0, entries("desk/inbox").isEmpty { return }
        }
        throw WorldFailure("the orders do not end: \(try states())")
    }

    /// Lets a second pass, after which placed orders are due.
    package func wait() {
        usleep(1_100_000)
    }

    /// Drops a desk file that decides every order in doubt by whether its sandbox has it.
    package func decideDoubts(by sandboxes: [String: SandboxProcess]? = nil) throws {
        let sandboxes = sandboxes ?? self.sandboxes
        let decisions = try doubts().map { doubt in
            guard let order = try sandboxes[doubt.provider]?.order(for: doubt.link) else {
                return #"{"order": \#(doubt.order), "outcome": "not_placed"}"#
            }
            return
                #"{"order": \#(doubt.order), "outcome": "placed", "provider_order": "\#(order)"}"#
        }
        if !decisions.isEmpty { try desk(#""decisions": [\#(decisions.joined(separator: ","))]"#) }
    }

    /// Makes due now what is due later: orders and refills, each provider's catalogue and balance.
    package func hasten() throws {
        try alter(
            """
            UPDATE orders SET due_at = 0 WHERE state = 'accepted' OR state = 'placed';
            UPDATE requests SET due_at = 0 WHERE state = 'accepted' OR state = 'sent';
            UPDATE providers SET catalogue_due = 0, balance_due = 0;
            """)
    }

    /// What is wrong with a reseller's status files: every number from 1 must be there, and the
    /// last word about each order must be true.
    ///
    /// `mayRepeat`: whether an older ledger was restored, which does not know what was reported.
    package func statusFaults(of user: String = "acme", mayRepeat: Bool = false) throws -> [String]
    {
        try statusFileFaults(
            in: "\(spool)/resellers/\(user)/outbox", ended: endedOrders(of: user),
            mayRepeat: mayRepeat)
    }
}
