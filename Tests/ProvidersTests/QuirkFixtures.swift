import Money
import Providers
import Testing
import Transport

/// A provider whose replies are read in tests.
let endpoint = ProviderEndpoint.sample()

/// The outcome of a reply to an order.
func placed(_ body: String) -> Verdict {
    Verdict(PlacementOutcome(of: .reply(body), from: endpoint))
}

/// The report on the only order of a reply.
func report(_ body: String) throws -> StatusReport {
    let answers = try endpoint.statuses(of: ["10"], in: .reply(body)).get()
    guard case .report(let report) = answers["10"] else {
        throw Unexpected(answers: "\(answers)")
    }
    return report
}

/// A reply that should have been a report.
struct Unexpected: Error {
    let answers: String
}

/// The answers about each order, as a short text.
func statuses(_ body: String, of ids: [String] = ["10", "11"]) throws -> [String] {
    let answers = try endpoint.statuses(of: ids, in: .reply(body)).get()
    #expect(answers.count == ids.count)
    return ids.map { id in
        switch answers[id] {
        case .report(let report): report.word
        case .notFound: "not found"
        case .error(let words): "error: \(words)"
        case .unclear(let words): "unclear: \(words)"
        case .missing: "missing"
        case nil: "forgotten"
        }
    }
}

/// The entry of a service with these fields besides the usual ones.
func entry(_ fields: String) throws -> CatalogueEntry {
    let row = #"{"service":1,"name":"N","type":"Default","rate":"1",\#(fields)}"#
    let catalogue = try endpoint.catalogue(in: .reply("[\(row)]")).get()
    return try #require(catalogue.entries.first, "\(catalogue.unreadable)")
}

/// Why there is no answer; nil if there is one.
func reason<Value>(_ result: Result<Value, ReplyFailure>) -> ReplyFailure.Reason? {
    guard case .failure(let failure) = result else { return nil }
    return failure.reason
}
