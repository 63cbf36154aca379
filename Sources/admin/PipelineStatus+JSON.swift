import Ledger
import Money
import Run
import Spool
import StrictJSON
import Timestamps

extension PipelineStatus {
    /// The members of the object for scripts.
    func write(to json: inout JSONWriter) {
        let concerns = concerns
        json.member("status", Int64(exitStatus))
        json.list("concerns", concerns) { concern, json in
            json.member("status", Int64(concern.urgency.rawValue))
            json.member("text", concern.text)
        }
        json.list("inboxes", inboxes) { inbox, json in
            json.member("user", inbox.owner)
            Self.write(inbox.files, to: &json)
        }
        json.list("passed_over", passedOver) { entry, json in
            json.member("user", entry.owner)
            json.member("path", entry.path)
            json.member("reason", entry.reason.rawValue)
            json.member("since", entry.since?.description)
            json.member("advice", entry.advice)
        }
        json.key("work")
        json.beginObject()
        Self.write(work, to: &json)
        json.endObject()
        json.key("journals")
        json.beginArray()
        for journal in openJournals { json.string(journal) }
        json.endArray()
        json.list("orders", standing.orders) { orders, json in
            json.member("state", orders.state.rawValue)
            json.member("count", Int64(orders.count))
            json.member("oldest", orders.oldest?.description)
        }
        json.member("in_doubt_held", "\(standing.inDoubt)")
        json.member("oldest_doubt", standing.oldestDoubt?.description)
        json.member("pending_decisions", Int64(standing.pendingDecisions))
        json.member("services_waiting", Int64(standing.waitingServices))
        json.list("withdrawals_to_pay", people.withdrawals, Self.write)
        json.list("deposits_to_confirm", people.claims, Self.write)
        json.member("open_requests", Int64(people.requests))
        json.member("oldest_request", people.oldestRequest?.description)
        json.member("exceptions_24h", Int64(people.newExceptions))
        json.member("stuck", Int64(people.stuck))
        json.member("due_statuses", Int64(people.dueStatuses))
        let waiting = standing.orders.first { $0.state == .accepted }?.count ?? 0
        json.member("backlog_minutes", people.pace.map { Int64($0.minutes(for: waiting)) })
        json.member("quarantined_files", Int64(quarantine.count))
        json.member("free_bytes", Int64(freeBytes))
        json.key("ledger_is_latest")
        json.bool(!isBehind)
        json.list("providers", standing.providers, Self.write)
        json.list("last_runs", lastRuns) { last, json in
            json.member("program", last.program)
            json.member("ended_at", last.run?.endedAt.description)
            json.member("status", last.run.map { Int64($0.status) })
            json.member("text", last.run?.text)
            json.member("process", running[last.program].map { Int64($0) })
        }
    }

    private static func write(
        _ money: WaitingForPeople.WaitingMoney, to json: inout JSONWriter
    ) {
        json.member("count", Int64(money.count))
        json.member("amount", "\(money.amount)")
        json.member("currency", money.currency.code)
        json.member("oldest", money.oldest.description)
    }

    private static func write(_ files: WaitingFiles, to json: inout JSONWriter) {
        json.member("files", Int64(files.count))
        json.member("oldest", files.oldest?.description)
    }

    private static func write(_ provider: Standing.ProviderStanding, to json: inout JSONWriter) {
        let (state, until): (String, String?) =
            switch provider.state {
            case .active: ("active", nil)
            case .paused(let until): ("paused", until.description)
            case .disabled: ("disabled", nil)
            }
        json.member("provider", provider.name)
        json.member("state", state)
        json.member("paused_until", until)
        json.member("pause_reason", provider.pauseReason)
        json.member("throttled_until", provider.health.throttledUntil?.description)
        json.member("balance", provider.balance?.description)
        json.member("currency", provider.currency.code)
        json.member("other_currency", provider.otherCurrency?.code)
        json.member("balance_at", provider.balanceAt?.description)
    }
}
