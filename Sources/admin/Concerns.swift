import Failures
import Ledger
import Run
import Spool
import Timestamps

/// Something that a person should know now.
struct Concern {
    let urgency: Urgency
    /// What is wrong, since when, and what to do: one sentence.
    let text: String

    /// How urgent; the number is the exit status of `admin status`.
    enum Urgency: Int32 {
        case look = 1
        /// Something stands still.
        case standstill = 2
    }
}

/// The rules by which `admin status` ends with 0, 1 or 2. docs/operators.md has them as a table.
extension PipelineStatus {
    /// Seconds after which we miss a program that cron starts every minute.
    private static let missedAfter = 600
    /// The same for `report`, which cron starts every five minutes, or on some machines every hour.
    private static let reportMissedAfter = 7_200
    /// Seconds that a file may wait in an inbox, or a copy in work.
    private static let fileWaits = 600
    /// Seconds that an order may wait to be sent.
    private static let orderWaits = 3_600
    /// Standstills that only `poll` can see, and reports by an alarm.
    private static let onlyAlarmed: Set<ExceptionKind> = [
        .providerSilent, .ordersUnanswered, .ordersUnasked, .requestsWaiting, .requestsOpen,
        .statusFilesUnwritten,
    ]

    /// The most urgent first.
    var concerns: [Concern] {
        let all =
            ledgerConcerns + programConcerns + fileConcerns + providerConcerns
            + orderConcerns + moneyConcerns
        return all.filter { $0.urgency == .standstill } + all.filter { $0.urgency == .look }
    }

    /// The exit status of `admin status`.
    var exitStatus: Int32 { concerns.first?.urgency.rawValue ?? 0 }

    private func standstill(_ text: String) -> Concern { Concern(urgency: .standstill, text: text) }
    private func look(_ text: String) -> Concern { Concern(urgency: .look, text: text) }

    private func isOver(_ seconds: Int, since moment: Timestamp?) -> Bool {
        moment?.isOlder(than: seconds, at: now) ?? false
    }

    private var ledgerConcerns: [Concern] {
        var concerns: [Concern] = []
        if isBehind {
            concerns.append(
                standstill(
                    "the ledger is a backup, or older than the one that the programs last used: "
                        + "none runs with it until admin recover --restored"))
        }
        if waitingKeys > 0 {
            concerns.append(
                standstill(
                    "accounts.sqlite was restored, and keys wait (\(waitingKeys)), so their calls "
                        + "are refused; see admin key list, then admin key confirm"))
        }
        if freeBytes < minFreeBytes {
            concerns.append(
                standstill(
                    "the disk has \(freeBytes >> 20) MiB free: nothing is taken below "
                        + "\(minFreeBytes >> 20) MiB; make room"))
        }
        return concerns
    }

    private var programConcerns: [Concern] {
        lastRuns.compactMap { program, last in
            let limit: Int? =
                switch program {
                case "ingest", "dispatch", "poll": Self.missedAfter
                case "report": Self.reportMissedAfter
                default: nil
                }
            if let limit {
                guard let last else {
                    return running[program] == nil
                        ? standstill("\(program) has never run; look at cron") : nil
                }
                if isOver(limit, since: last.endedAt) {
                    if let process = running[program] {
                        return look(
                            "\(program) (process \(process)) has been running since before "
                                + "\(now.adding(seconds: -limit)); see whether it gets on")
                    }
                    return standstill(
                        "\(program) has not run since \(last.endedAt); look at cron and its log")
                }
            }
            guard let last else { return nil }
            guard last.status == ExitStatus.done.rawValue else {
                return standstill("\(program) ended with \(last.status): \(last.text)")
            }
            return obstacles(in: last).map { count in
                look(
                    count.counted("directory or file was", "directories or files were")
                        + " in the way of the last \(program), which left "
                        + "\(count == 1 ? "it" : "them") out; its log says which")
            }
        }
    }

    /// How many directories and files a run could not use, by its summary.
    private func obstacles(in run: LastRun) -> Int? {
        run.text.split(separator: " ").compactMap { word in
            let parts = word.split(separator: "=")
            guard parts.count == 2, parts[0] == "obstacles" || parts[0] == "unusable_outboxes"
            else {
                return nil
            }
            return Int(parts[1])
        }.first { $0 > 0 }
    }

    private var fileConcerns: [Concern] {
        var concerns = inboxes.compactMap { inbox in
            isOver(Self.fileWaits, since: inbox.files.oldest)
                ? standstill(
                    inbox.files.count.counted("file waits", "files wait")
                        + " in the inbox of \(inbox.owner), the first since "
                        + "\(inbox.files.oldest ?? now); look at the log of ingest") : nil
        }
        for entry in passedOver where entry.isReported {
            concerns.append(look(entry.advice))
        }
        if isOver(Self.fileWaits, since: work.oldest) {
            concerns.append(
                standstill(
                    work.count.counted("file has", "files have")
                        + " been left in work since \(work.oldest ?? now); look at the log of "
                        + "ingest"))
        }
        if !openJournals.isEmpty, running["dispatch"] == nil {
            concerns.append(
                look("answers wait in a journal; the next run of dispatch writes them down"))
        }
        if let latest = quarantine.latest, !isOver(WaitingForPeople.newsSeconds, since: latest) {
            concerns.append(
                look(
                    "a file came to quarantine at \(latest); its .reason.json says why: "
                        + "\(spoolRoot)/quarantine"))
        }
        return concerns
    }

    private var providerConcerns: [Concern] {
        standing.providers.compactMap { provider in
            let open = people.openOrders[provider.name] ?? 0
            if let problem = keyProblems[provider.name] {
                return standstill(
                    "the key of \(provider.name) cannot be read, so dispatch and poll do nothing "
                        + "while ingest takes orders and charges them: \(problem)")
            }
            if let other = provider.otherCurrency, provider.state != .disabled {
                return standstill(
                    "\(provider.name) counts in \(other) and is configured in "
                        + "\(provider.currency): none of its services is sold, and "
                        + open.counted("order waits", "orders wait")
                        + "; ask it, or correct its currency in providers.yaml")
            }
            if provider.isKeyRefused {
                return standstill(
                    "\(provider.name) refuses our key, and ingest takes orders for it; put the "
                        + "right key in its place, or set enabled: false")
            }
            switch provider.state {
            case .disabled where open > 0:
                return standstill(
                    "\(provider.name) is switched off with "
                        + open.counted("open order, which is", "open orders, which are")
                        + " neither sent nor followed; enable it, or decide refund")
            case .paused(let until):
                return look(
                    "\(provider.name) is paused until \(until): "
                        + "\(provider.pauseReason ?? "no reason known"); "
                        + open.counted("order is", "orders are")
                        + " open; once that is mended, admin provider resume \(provider.name)")
            case .active, .disabled: return nil
            }
        }
    }

    private var orderConcerns: [Concern] {
        var concerns: [Concern] = []
        for orders in standing.orders where orders.count > 0 {
            switch orders.state {
            case .inDoubt:
                concerns.append(
                    look(
                        orders.count.counted("order is", "orders are")
                            + " in doubt; see in-doubt.csv, then admin decide"))
            case .accepted where isOver(Self.orderWaits, since: orders.oldest):
                concerns.append(
                    look(
                        "an order has waited to be sent since \(orders.oldest ?? now); "
                            + "exceptions.csv and providers.csv say why"))
            default: break
            }
        }
        // The other kinds of alarm are computed above, as of now.
        concerns += standing.alarms.filter { Self.onlyAlarmed.contains($0.kind) }.map { alarm in
            standstill(alarm.detail)
        }
        if people.stuck > 0 {
            concerns.append(
                look(
                    people.stuck.counted(
                        "order is stuck at its provider", "orders are stuck at their providers")
                        + "; see stuck.csv"))
        }
        if people.newExceptions > 0 {
            concerns.append(
                look(
                    people.newExceptions.counted("exception", "exceptions")
                        + " in 24 hours; see exceptions.csv"))
        }
        return concerns
    }

    private var moneyConcerns: [Concern] {
        var concerns = people.withdrawals.map { money in
            look(
                money.count.counted("withdrawal waits", "withdrawals wait")
                    + " to be paid, \(money.words); see admin withdrawal list")
        }
        concerns += people.claims.map { money in
            look(
                money.count.counted("claimed deposit waits", "claimed deposits wait")
                    + " to be confirmed, \(money.words); see deposits.csv")
        }
        if standing.waitingServices > 0 {
            concerns.append(
                look(
                    standing.waitingServices.counted("service waits", "services wait")
                        + " for admin release"))
        }
        return concerns
    }
}

extension WaitingForPeople.WaitingMoney {
    /// `75.000000 USD, the first since 2026-11-23T10:00:00Z`.
    var words: String { "\(amount) \(currency), the first since \(oldest)" }
}
