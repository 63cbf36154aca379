import Failures
import Ledger
import Run
import Settings
import Spool
import Timestamps

extension PipelineStatus {
    /// One screen for a person.
    var text: String {
        var facts = [
            ["files waiting", waiting],
            ["passed over", leftAlone],
            ["left in work", words(work)],
            ["journals", openJournals.isEmpty ? "empty" : openJournals.joined(separator: ", ")],
            ["orders", standing.orders.map(words).joined(separator: ", ")],
            ["backlog", backlog],
            ["held in doubt", doubts],
            ["withdrawals", Self.words(people.withdrawals, "to pay")],
            ["claimed deposits", Self.words(people.claims, "to confirm")],
            ["refills, cancels", requests],
            ["services", services],
            ["quarantine", quarantined],
            ["exceptions", "\(people.newExceptions) in 24 hours"],
            ["disk", disk],
            [
                "ledger",
                isBehind
                    ? "A BACKUP, OR OLDER THAN THE ONE LAST USED: no program runs with it"
                    : "the one last used",
            ],
        ]
        let unknown = standing.providers.filter(\.isDriftUnknown).map(\.name)
        if !unknown.isEmpty {
            facts.append([
                "drift",
                "unknown of \(unknown.joined(separator: ", ")) until a top-up is booked "
                    + "(desk file, topups)",
            ])
        }
        return [
            verdict, "",
            Columns.text(facts), "",
            Columns.text(
                [["provider", "balance", "as of", "state"]] + standing.providers.map(row)),
            "",
            Columns.text([["last run", "ended", "status", "now", "said"]] + lastRuns.map(row)),
        ].joined(separator: "\n")
    }

    /// The concerns of a person, the most urgent first.
    private var verdict: String {
        let concerns = concerns
        guard !concerns.isEmpty else { return "fine: nothing needs you" }
        return concerns.map { concern in
            let mark = concern.urgency == .standstill ? "STANDS STILL" : "look"
            return "\(mark): \(concern.text)"
        }.joined(separator: "\n")
    }

    private var backlog: String {
        let count = standing.orders.first { $0.state == .accepted }?.count ?? 0
        let due = people.dueStatuses == 0 ? "" : "; \(people.dueStatuses) due to be asked about"
        guard count > 0 else { return "no order waits to be sent\(due)" }
        guard let pace = people.pace else {
            return count.counted("order waits", "orders wait")
                + ", and none was sent in the last 10 minutes\(due)"
        }
        let minutes = pace.minutes(for: count).counted("minute", "minutes")
        return count.counted("order", "orders")
            + ", about \(minutes) at the pace of the last 10\(due)"
    }

    private var requests: String {
        guard let oldest = people.oldestRequest else { return "none open" }
        return "\(people.requests) open (since \(oldest))"
    }

    private var quarantined: String {
        guard let latest = quarantine.latest else { return "empty" }
        return quarantine.count.counted("file", "files") + ", the last at \(latest)"
    }

    private static func words(
        _ money: [WaitingForPeople.WaitingMoney], _ what: String
    ) -> String {
        money.isEmpty
            ? "none \(what)"
            : money.map { "\($0.count) \(what), \($0.words)" }.joined(separator: "; ")
    }

    private var services: String {
        standing.waitingServices == 0
            ? "none waits"
            : standing.waitingServices.counted("WAITS", "WAIT") + " FOR admin release"
    }

    private var waiting: String {
        inboxes.isEmpty
            ? "none"
            : inboxes.map { "\($0.owner) \(words($0.files))" }.joined(separator: ", ")
    }

    private var leftAlone: String {
        passedOver.isEmpty
            ? "nothing"
            : passedOver.map { "\($0.path) (\($0.reason.words), since \($0.since ?? now))" }
                .joined(separator: ", ")
    }

    private func words(_ files: WaitingFiles) -> String {
        guard let oldest = files.oldest else { return "none" }
        return "\(files.count) (since \(oldest))"
    }

    private func words(_ orders: Standing.OpenOrders) -> String {
        let since = orders.oldest.map { " (since \($0))" } ?? ""
        return "\(orders.count) \(orders.state.words)\(since)"
    }

    private var doubts: String {
        let held = "\(standing.inDoubt) \(settings.currency)"
        guard let oldest = standing.oldestDoubt else { return held }
        let decided = "\(standing.pendingDecisions) decided and waiting for the provider"
        return "\(held), the first sent \(oldest), \(decided)"
    }

    private var disk: String {
        let free = "\(freeBytes >> 20) MiB free"
        return freeBytes < minFreeBytes
            ? "\(free): NOTHING IS TAKEN below \(minFreeBytes >> 20) MiB" : free
    }

    private func state(of provider: Standing.ProviderStanding) -> String {
        if let other = provider.otherCurrency {
            return "names \(other), configured \(provider.currency)"
        }
        return switch provider.state {
        case .active where provider.health.isThrottled(at: now):
            "said \"not now\", until \(provider.health.throttledUntil ?? now)"
        case .active: "active"
        case .paused(let until):
            "paused until \(until): \(provider.pauseReason ?? "no reason known")"
        case .disabled: "disabled"
        }
    }

    private func row(_ provider: Standing.ProviderStanding) -> [String] {
        let key = keyProblems[provider.name] == nil ? "" : "; its key cannot be read"
        return [
            provider.name, provider.balance.map { "\($0) \(provider.currency)" } ?? "not known",
            provider.balanceAt?.description ?? "-", state(of: provider) + key,
        ]
    }

    private func row(_ program: String, _ run: LastRun?) -> [String] {
        let now = running[program].map { "runs (process \($0))" } ?? "-"
        guard let run else { return [program, "never", "-", now, "-"] }
        return [program, run.endedAt.description, String(run.status), now, run.text]
    }
}

extension PassedOver.Reason {
    fileprivate var words: String {
        switch self {
        case .settling: "still being written"
        case .incomplete: "ends early, waits to become whole"
        case .unreadable: "may not be read"
        case .misplaced: "wrong name or place"
        case .obstacle: "in the way"
        }
    }
}

extension OrderState {
    fileprivate var words: String { self == .inDoubt ? "in doubt" : rawValue }
}
