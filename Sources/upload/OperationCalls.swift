import Doors
import HTTPTypes
import Ledger
import Logging
import Run
import Serving
import Settings
import Spool
import StrictJSON
import Timestamps

// For its operator: GET /healthz, /readyz, /metrics, /v1/openapi.json.
extension UploadCalls {
    var operationCalls: [DoorRoute] { [health, readiness, metrics, openAPI] }

    private var health: DoorRoute {
        DoorRoute(
            route: Route(.get, "/healthz", isLimited: false) { _ in
                Admission { _ in HTTPAnswer(.ok, type: "text/plain; charset=utf-8", "ok\n") }
            },
            about: .init(
                summary: "Is the process alive?", answers: [200: .content("text/plain", "It is.")]))
    }

    private var readiness: DoorRoute {
        DoorRoute(
            route: Route(.get, "/readyz", isLimited: false) { _ in
                Admission { _ in
                    let problems = problems
                    return .json(problems.isEmpty ? .ok : .serviceUnavailable) { json in
                        json.key("problems")
                        json.beginArray()
                        for problem in problems { json.string(problem) }
                        json.endArray()
                    }
                }
            },
            about: .init(
                summary: "Can it do its work?",
                answers: [
                    200: .json([.readiness], "It can."),
                    503: .json([.readiness], "It cannot; problems says why."),
                ]))
    }

    private var metrics: DoorRoute {
        DoorRoute(
            route: Route(.get, "/metrics", isLimited: false) { _ in
                Admission { _ in
                    HTTPAnswer(
                        .ok,
                        fields: [.contentType: MetricsText.mediaType, .cacheControl: "no-store"],
                        body: .bytes(Array(try figuresText().utf8)))
                }
            },
            about: .init(
                summary: "Figures for Prometheus.",
                answers: [200: .content("text/plain", "Text format 0.0.4.")]))
    }

    private var openAPI: DoorRoute {
        DoorRoute(
            route: Route(.get, "/v1/openapi.json", isLimited: false) { _ in
                Admission { _ in .json(.ok, OpenAPI(routes).text) }
            },
            about: .init(
                summary: "This description, in OpenAPI 3.1.",
                answers: [200: .content("application/json", "The description.")]))
    }

    /// The stages that must run for orders to be delivered.
    private static let stages = ["ingest", "dispatch", "poll", "report"]

    /// Why it cannot do its work; empty if it can.
    private var problems: [String] {
        var problems: [String] = []
        if let failure = doors.failure { problems.append("\(failure)") }
        do {
            if try spool.freeBytes() < settings.minFreeBytes {
                problems.append("less than upload.min_free_bytes is free on the spool's disk")
            }
            _ = try doors.ledger.read { try $0.users().count }
        } catch {
            problems.append("\(error)")
        }
        let now = context.clock.now()
        for stage in Self.stages where !(stage == "ingest" && settings.startsIngest) {
            guard let age = age(of: stage, at: now) else {
                problems.append("\(stage) has never run")
                continue
            }
            if age > Int64(settings.lateSeconds) {
                problems.append("\(stage) last ran \(age) seconds ago")
            }
        }
        return problems
    }

    /// How long ago a stage last ended, in seconds; 0 while it runs, nil if it never ran.
    private func age(of stage: String, at now: Timestamp) -> Int64? {
        let spool = context.settings.spool
        if LockHolder.process(running: stage, inSpool: spool) != nil { return 0 }
        return LastRun.read(of: stage, inSpool: spool).map {
            max(0, now.milliseconds - $0.endedAt.milliseconds) / 1_000
        }
    }

    private func figuresText() throws -> String {
        var text = MetricsText()
        write(figures.current, to: &text)
        text.metric("smm_upload_waiting_calls", "gauge", "Calls that wait for a receipt.")
        text.value("smm_upload_waiting_calls", doors.waitingCalls)
        text.metric("smm_spool_free_bytes", "gauge", "Free bytes on the spool's disk.")
        text.value("smm_spool_free_bytes", try spool.freeBytes())
        let now = context.clock.now()
        text.metric("smm_last_run_age_seconds", "gauge", "How long ago a stage last ended.")
        for stage in Self.stages {
            guard let age = age(of: stage, at: now) else { continue }
            text.value("smm_last_run_age_seconds", age, ["stage": stage])
        }
        write(try doors.ledger.read { try $0.standing() }, at: now, to: &text)
        return text.text
    }

    private func write(_ counts: CallFigures.Counts, to text: inout MetricsText) {
        text.metric("smm_upload_calls_total", "counter", "Calls by route and status.")
        for (call, count) in counts.calls.sorted(by: { $0.key < $1.key }) {
            text.value(
                "smm_upload_calls_total", count,
                [
                    "method": call.route.method, "route": call.route.pattern,
                    "status": "\(call.status)",
                ])
        }
        let seconds = "smm_upload_call_seconds"
        text.metric(seconds, "histogram", "How long calls took.")
        for (route, times) in counts.times.sorted(by: { $0.key < $1.key }) {
            var sum = 0
            let ends = CallFigures.buckets.map(\.seconds) + ["+Inf"]
            for (end, count) in zip(ends, times.counts) {
                sum += count
                text.value(
                    "\(seconds)_bucket", sum,
                    ["method": route.method, "route": route.pattern, "le": end])
            }
            let labels: KeyValuePairs = ["method": route.method, "route": route.pattern]
            text.value("\(seconds)_sum", MetricsText.seconds(times.microseconds), labels)
            text.value("\(seconds)_count", sum, labels)
        }
        text.metric("smm_upload_drops_total", "counter", "Files by what became of them.")
        for (outcome, count) in counts.drops.sorted(by: { $0.key < $1.key }) {
            text.value("smm_upload_drops_total", count, ["outcome": outcome])
        }
        text.metric("smm_upload_received_bytes_total", "counter", "Bytes of bodies.")
        text.value("smm_upload_received_bytes_total", counts.receivedBytes)
    }

    private func write(_ standing: Standing, at now: Timestamp, to text: inout MetricsText) {
        text.metric("smm_orders", "gauge", "Open orders by state.")
        for orders in standing.orders {
            text.value("smm_orders", orders.count, ["state": orders.state.rawValue])
        }
        text.metric("smm_oldest_order_age_seconds", "gauge", "Age of the oldest open order.")
        for orders in standing.orders {
            guard let oldest = orders.oldest else { continue }
            text.value(
                "smm_oldest_order_age_seconds",
                max(0, now.milliseconds - oldest.milliseconds) / 1_000,
                ["state": orders.state.rawValue])
        }
        text.metric("smm_provider_up", "gauge", "Whether orders go to the provider.")
        for provider in standing.providers {
            text.value(
                "smm_provider_up", provider.state == .active ? 1 : 0,
                ["provider": provider.name])
        }
    }
}
