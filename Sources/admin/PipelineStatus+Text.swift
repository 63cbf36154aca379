import Ledger
import Run
import Settings
import Spool
import Timestamps

extension PipelineStatus {
    /// One screen for a person.
    var text: String {
        let facts = [
            ["files waiting", waiting],
            ["left in work", words(work)],
            ["journals", openJournals.isEmpty ? "empty" : openJournals.joined(separator: ", ")],
            ["orders", standing.orders.map(words).joined(separator: ", ")],
            ["held in doubt", doubts],
            ["services", services],
            ["disk", disk],
            [
                "ledger",
                isBehind
                    ? "A BACKUP, OR OLDER THAN THE ONE LAST WORKED WITH: no program runs with it"
                    : "the one last worked with",
            ],
        ]
        return [
            Columns.text(facts), "",
            Columns.text(
                [["provider", "balance", "as of", "state"]] + standing.providers.map(row)),
            "",
            Columns.text([["last run", "ended", "status", "said"]] + lastRuns.map(row)),
        ].joined(separator: "\n")
    }

    private var services: String {
        standing.waitingServices == 0
            ? "none waits" : "\(standing.waitingServices) WAIT FOR admin release"
    }

    private var waiting: String {
        inboxes.isEmpty
            ? "none"
            : inboxes.map { "\($0.owner) \(words($0.files))" }.joined(separator: ", ")
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

    private func row(_ provider: Standing.ProviderStanding) -> [String] {
        let state =
            switch provider.state {
            case .active where provider.health.isThrottled(at: now):
                "said \"not now\", until \(provider.health.throttledUntil ?? now)"
            case .active: "active"
            case .paused(let until):
                "paused until \(until): \(provider.pauseReason ?? "no reason known")"
            case .disabled: "disabled"
            }
        return [
            provider.name, provider.balance.map { "\($0) \(provider.currency)" } ?? "not known",
            provider.balanceAt?.description ?? "-", state,
        ]
    }

    private func row(_ program: String, _ run: LastRun?) -> [String] {
        guard let run else { return [program, "never", "-", "-"] }
        return [program, run.endedAt.description, String(run.status), run.text]
    }
}

extension OrderState {
    fileprivate var words: String { self == .inDoubt ? "in doubt" : rawValue }
}
