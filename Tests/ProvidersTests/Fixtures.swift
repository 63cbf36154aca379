import LoopbackProvider
import Providers
import TestSupport
import Testing
import Trade
import Transport

extension ProviderEndpoint {
    /// A provider somewhere, for replies that need no network.
    static func sample(
        url: String = "http://127.0.0.1:9/api/v2", key: String = "s3cret",
        encoding: RequestEncoding = .form, connectTimeout: Int = patience,
        totalTimeout: Int = patience,
        extraErrors: [ErrorClass: [String]] = [:], freshConnections: Bool? = nil
    ) -> ProviderEndpoint {
        ProviderEndpoint(
            name: "alpha", url: url, key: key, encoding: encoding, connectTimeout: connectTimeout,
            totalTimeout: totalTimeout, extraErrors: extraErrors, freshConnections: freshConnections
        )
    }
}

extension Finished {
    /// A reply as it may come from a provider.
    static func reply(_ body: String, status: Int = 200, retryAfter: Int? = nil) -> Finished {
        let reply = Reply(status: status, body: Array(body.utf8), retryAfter: retryAfter)
        return Finished(tag: 0, ending: .replied(reply))
    }
}

extension Action {
    /// An order for `link`.
    static func order(_ link: String) -> Action {
        .add(service: "101", parameters: [("link", link), ("quantity", "1000")])
    }
}

extension Transport {
    /// Starts the calls and waits for all of them. Returns them by tag.
    func run(_ calls: [Call]) throws -> [Finished] {
        for (tag, call) in calls.enumerated() { start(call, tag: tag) }
        var finished: [Finished] = []
        while inFlight > 0 { finished += try wait(milliseconds: 1_000) }
        return finished.sorted { $0.tag < $1.tag }
    }

    /// How one call ended.
    func run(_ call: Call) throws -> Finished {
        try #require(try run([call]).first)
    }
}

/// Runs `body` against a provider that gives these answers, and stops the provider.
func withProvider<Answer>(
    greet: @escaping @Sendable (Int) -> LoopbackGreeting = { _ in .serve },
    answer: @escaping @Sendable (LoopbackRequest) -> LoopbackAnswer,
    _ body: (LoopbackProvider) throws -> Answer
) throws -> Answer {
    let provider = LoopbackProvider(greet: greet, answer: answer)
    defer { provider.stop() }
    return try body(provider)
}

/// The kind of an outcome, without its words.
enum Verdict: Equatable, CustomTestStringConvertible {
    case placed(String)
    case later(Postponement.Reason)
    case refused(Refusal.Cause)
    case doubt

    init(_ outcome: PlacementOutcome) {
        switch outcome {
        case .placed(let id): self = .placed(id)
        case .notPlaced(let postponement): self = .later(postponement.reason)
        case .refused(let refusal): self = .refused(refusal.cause)
        case .unknown: self = .doubt
        }
    }

    var testDescription: String { "\(self)" }
}
