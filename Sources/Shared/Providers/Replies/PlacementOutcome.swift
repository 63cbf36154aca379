import StrictJSON
import Trade
import Transport

/// The outcome of one attempt to place an order, by what must be done about it.
package enum PlacementOutcome: Equatable, Sendable {
    case placed(providerOrder: String)
    /// No byte can have reached the provider, or it said "not now". Due again later.
    case notPlaced(Postponement)
    /// This provider refused it for good: try the next one, or give the money back.
    case refused(Refusal)
    /// It may have been placed. Only proof or a person may move this order.
    case unknown(evidence: String)
}

/// Why an order was not placed this time.
package struct Postponement: Equatable, Sendable {
    package let reason: Reason
    /// How many seconds the provider asks us to stay away, if it does.
    package let retryAfter: Int?
    /// What happened, or the provider's words.
    package let text: String

    package init(reason: Reason, retryAfter: Int? = nil, text: String) {
        self.reason = reason
        self.retryAfter = retryAfter
        self.text = text
    }

    /// What to do besides trying later.
    package enum Reason: Equatable, Sendable {
        /// The provider was not reached.
        case notSent
        /// Back off.
        case throttle
        /// Pause the provider and alert.
        case funds, auth
        /// An order for this link is active; evidence, if an earlier attempt at it is in doubt.
        case duplicate
    }
}

/// Why a provider will never take an order as it is.
package struct Refusal: Equatable, Sendable {
    package let cause: Cause
    /// The provider's words.
    package let text: String

    package init(cause: Cause, text: String) {
        self.cause = cause
        self.text = text
    }

    /// The fault.
    package enum Cause: Equatable, Sendable {
        /// The service: its mapping should be disabled as well.
        case service
        /// The order's own parameters.
        case input
    }
}

extension PlacementOutcome {
    /// Decides what a finished `add` means, by the table of design.md §6. This is the only place
    /// that does.
    ///
    /// Without a proof that is listed here, the order is in doubt.
    package init(of finished: Finished, from endpoint: ProviderEndpoint) {
        switch finished.ending {
        case .failed(let failure):
            self =
                failure.sent
                ? .unknown(evidence: failure.text)
                : .notPlaced(Postponement(reason: .notSent, text: failure.text))
        case .replied(let reply):
            lazy var evidence = "HTTP \(reply.status): \(endpoint.evidence(reply.body))"
            switch (reply.status, PlacementReply(reply)) {
            case (200..<300, .order(let id)):
                self = .placed(providerOrder: id)
            case (200..<300, .complaint(let complaint)), (400..<500, .complaint(let complaint)),
                (503, .complaint(let complaint)):
                let errorClass = ErrorClass.of(
                    complaint, status: reply.status, extra: endpoint.extraErrors)
                let words = endpoint.evidence(complaint)
                self =
                    Self.refusal(errorClass, by: reply, text: words)
                    ?? .unknown(
                        evidence: errorClass == nil
                            ? "\(evidence); \(Self.advice(on: words))" : evidence)
            case (401, .unclear), (402, .unclear), (429, .unclear):
                self =
                    Self.refusal(
                        ErrorClass.certain(status: reply.status), by: reply, text: evidence)
                    ?? .unknown(evidence: evidence)
            default:
                self = .unknown(evidence: evidence)
            }
        }
    }

    /// How the operator can have these words classed in future. Errors are recognized by a part of
    /// their text, so the beginning of a long one will do.
    private static func advice(on words: String) -> String {
        let quoted = words.prefix(100).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return """
            if these words always mean that nothing was ordered, write errors: \
            {\(ErrorClass.guess(words).rawValue): ["\(quoted)"]} for this provider in \
            providers.yaml, with the fault: input, service, funds, auth, duplicate or throttle
            """
    }

    /// The outcome that a complaint of this class decides; nil if it decides nothing.
    private static func refusal(
        _ errorClass: ErrorClass?, by reply: Reply, text: String
    ) -> PlacementOutcome? {
        func later(_ reason: Postponement.Reason) -> PlacementOutcome {
            .notPlaced(Postponement(reason: reason, retryAfter: reply.retryAfter, text: text))
        }
        /// The same. Panels that resell pass on their own supplier's complaint, mostly with 400.
        func laterOrPassedOn(_ reason: Postponement.Reason) -> PlacementOutcome {
            guard reply.status == 400 else { return later(reason) }
            return .notPlaced(
                Postponement(
                    reason: reason, retryAfter: reply.retryAfter,
                    text: text + " (HTTP 400: if our key and our balance there are right, this is "
                        + "the panel's own trouble with its supplier; ask it)"))
        }
        return switch errorClass {
        case .throttle: later(.throttle)
        case .funds: laterOrPassedOn(.funds)
        case .auth: laterOrPassedOn(.auth)
        case .duplicate: later(.duplicate)
        case .service: .refused(Refusal(cause: .service, text: text))
        case .input: .refused(Refusal(cause: .input, text: text))
        // "Incorrect order ID" is no answer to an order that has no id yet.
        case .notFound, nil: nil
        }
    }
}

/// What the reply to `add` says, before anything is concluded from it.
private enum PlacementReply {
    case order(String)
    case complaint(String)
    /// An id in any form, beside a complaint. Both cannot be true.
    case contradiction
    /// Neither an id nor a complaint.
    case unclear

    init(_ reply: Reply) {
        if let id = Self.plainOrder(in: reply.body) {
            self = .order(id)
            return
        }
        guard case .json(let document) = ReplyBody(reply.body) else {
            self = .unclear
            return
        }
        let levels = [document, document["data"]].compactMap(\.self)
        let isFailure = 400..<600 ~= reply.status
        let complaint = levels.lazy.compactMap {
            $0.complaint(isFailure: isFailure || $0.saysFailed)
        }.first
        let named = levels.lazy.compactMap { $0.first(of: JSONValue.orderNames) }.first
        let id = named.flatMap { $0.isNoIdentifier ? nil : $0 }
        switch (id, complaint) {
        case (nil, let complaint?): self = .complaint(complaint)
        case (nil, nil): self = .unclear
        case (let id?, nil) where !levels.contains(where: \.saysFailed):
            self = id.identifier.map { .order($0) } ?? .unclear
        default: self = .contradiction
        }
    }

    /// The id in `{"order":23501}`, which nearly every good reply is, read without a tree of it;
    /// nil if this is anything else.
    private static func plainOrder(in body: [UInt8]) -> String? {
        guard body.count < 64, body.first == UInt8(ascii: "{") else { return nil }
        var reader = JSONReader(bytes: body, limits: .reply)
        return try? reader.plainOrder()
    }
}

extension JSONReader {
    fileprivate mutating func plainOrder() throws -> String? {
        try beginObject()
        guard let key = try nextKeyAsWritten(), key.elementsEqual("order".utf8),
            let text = try textAsWritten(), let first = text.first, first != UInt8(ascii: "0"),
            text.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        let id = String(decoding: text, as: UTF8.self)
        guard try nextKeyAsWritten() == nil else { return nil }
        try end()
        return id
    }
}
