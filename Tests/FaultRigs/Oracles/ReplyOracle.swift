import Money
import Providers
import TestSupport
import Trade
import Transport

/// Knows what may never be concluded from a reply.
package struct ReplyOracle {
    private static let key = "s3cr3t-k3y"
    private let endpoint = ProviderEndpoint(
        name: "alpha", url: "https://alpha.example/api/v2", key: key, connectTimeout: 1,
        totalTimeout: 1)

    package init() {}

    /// Feeds one body to every decoder.
    package func complaint(about body: [UInt8], _ random: inout Seeded) -> String? {
        let status = [200, 200, 200, 201, 301, 400, 429, 500, 503].randomElement(using: &random)!
        let finished = Finished(tag: 0, ending: .replied(Reply(status: status, body: body)))
        return placement(finished, status) ?? answers(finished) ?? lists(finished)
    }

    private func placement(_ finished: Finished, _ status: Int) -> String? {
        let outcome = PlacementOutcome(of: finished, from: endpoint)
        switch outcome {
        case .placed(let id):
            if !(200..<300).contains(status) { return "HTTP \(status) was taken for an order" }
            let isID = !id.isEmpty && id.utf8.allSatisfy(ProviderIdentifier.allows)
            return isID ? nil : "\(id.debugDescription) was taken for an id"
        case .notPlaced(let postponement):
            return mayRefuse(status)
                ? unfit(postponement.text) : "HTTP \(status) was taken for a no"
        case .refused(let refusal):
            return mayRefuse(status)
                ? unfit(refusal.text) : "HTTP \(status) was taken for a no"
        case .unknown(let evidence): return unfit(evidence)
        }
    }

    /// Some panels refuse with 503 and say why; any other 5xx may follow the effect.
    private func mayRefuse(_ status: Int) -> Bool { status < 500 || status == 503 }

    /// Each id that was asked about gets one answer, and nobody else's.
    private func answers(_ finished: Finished) -> String? {
        let ids = ["1", "2", "9999"]
        let asked = Set(ids)
        let keys = [
            try? endpoint.statuses(of: ids, in: finished).get().keys,
            try? endpoint.statuses(of: ["1"], in: finished).get().keys,
        ]
        let others = [
            (try? endpoint.refills(of: ids, in: finished).get()).map { Set($0.keys) },
            (try? endpoint.cancels(of: ids, in: finished).get()).map { Set($0.keys) },
            (try? endpoint.refillStatuses(of: ids, in: finished).get()).map { Set($0.keys) },
            keys[0].map { Set($0) }, keys[1].map { Set($0).union(asked) },
        ]
        if others.contains(where: { $0 != nil && $0 != asked }) { return "an id got no answer" }
        return endpoint.statuses(of: ids, in: finished)
            == endpoint.statusesOfAnyShape(of: ids, in: finished)
            ? nil : "the short cut for plain statuses reads it otherwise"
    }

    private func lists(_ finished: Finished) -> String? {
        if case .failure(let failure) = endpoint.balance(in: finished) {
            if let unfit = unfit(failure.text) { return unfit }
        }
        if case .success(let orders) = endpoint.recentOrders(in: finished), orders.count > 1 << 16 {
            return "there are more orders than bytes"
        }
        guard case .success(let catalogue) = endpoint.catalogue(in: finished) else { return nil }
        let wrong = catalogue.entries.first { entry in
            // What makes no sense and is known to make none is never sold. A min above the max is
            // judged by poll, after the rules, which may mend it.
            entry.fault == nil && (entry.rate?.micros ?? 0) < 0
                || !entry.service.utf8.allSatisfy(ProviderIdentifier.allows)
        }
        return wrong.map { "a service makes no sense: \($0)" }
    }

    /// What may not be stored or logged.
    private func unfit(_ evidence: String) -> String? {
        // "HTTP 200: " may stand before it, and what to do about it behind it.
        let limit = 16 + ProviderEndpoint.evidenceLimit + ProviderEndpoint.adviceLimit
        if evidence.unicodeScalars.count > limit {
            return "evidence of \(evidence.unicodeScalars.count) characters"
        }
        let isControlled = evidence.unicodeScalars.contains {
            $0.properties.generalCategory == .control
        }
        return isControlled ? "evidence with a control character" : nil
    }

    package static let words = [
        "order", "error", "status", "charge", "remains", "start_count", "balance", "currency",
        "data",
        "Incorrect order ID", "neworder.error.not_enough_funds", "<html>", "Completed", "Partial",
        "\"1\"", "1.5e3", key, "&amp;", "&#x0;", "<br />\n<b>Warning</b>: x", "refill", "cancel",
    ]

    package static let samples = [
        #"{"order": 23501}"#, #"{"error": "Not enough funds on balance"}"#,
        #"{"data": {"order": "23501", "status": "success"}}"#, #"<html><body>502</body></html>"#,
        #"{"1": {"charge": "0.27819", "start_count": "3572", "status": "Partial", "remains": "#
            + #""157", "currency": "USD"}, "2": {"error": "Incorrect order ID"}, "9999": "#
            + #"{"status": "Completed"}}"#,
        #"[{"order": 1, "status": "Pending"}, {"order": "2", "status": "In progress"}]"#,
        #"[{"order": 1, "refill": 12}, {"order": 2, "refill": {"error": "Incorrect order ID"}}]"#,
        #"[{"service": 1, "name": "Followers", "type": "Default", "category": "First", "rate": "#
            + #""0.90", "min": "50", "max": "10000", "refill": true, "cancel": 1}]"#,
        #"{"balance": "100.84292", "currency": "USD"}"#, "",
    ]
}
