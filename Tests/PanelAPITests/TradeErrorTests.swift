import BatchFiles
import Providers
import StrictJSON
import Testing
import Trade
import Transport

@testable import PanelAPI

/// Our errors, as our own client of such panels classes them.
@Suite struct TradeErrorTests {
    private static let meanings: [(RejectionCode, ErrorClass?)] = [
        (.badJSON, .input), (.tooLarge, .input), (.tooManyLines, .input),
        (.totalsMismatch, .input), (.batchReused, .input), (.unknownField, .input),
        (.missingField, .input), (.badValue, .input), (.unknownService, .service),
        (.serviceDisabled, .service), (.quantityTooSmall, .input), (.quantityTooLarge, .input),
        (.dripfeedNotAllowed, .input), (.refillNotAllowed, nil), (.cancelNotAllowed, nil),
        (.duplicateLink, .duplicate), (.rateChanged, .input), (.belowCost, .service),
        (.insufficientFunds, .funds), (.refReused, .input), (.unknownOrder, .notFound),
        (.orderEnded, nil), (.userBanned, .auth), (.unknownUser, .auth),
        (.depositKnown, .input), (.notAllowed, .input), (.batchAborted, .input),
    ]

    @Test func `every code of a refused line has the class that is meant`() {
        for code in RejectionCode.allCases {
            guard let (_, meant) = Self.meanings.first(where: { $0.0 == code }) else {
                Issue.record("\(code.rawValue) has no meaning here")
                continue
            }
            let error = TradeError(code, within: 10...20, isSold: false)
            #expect(ErrorClass.of(error.text) == meant, "\(code.rawValue): \(error.text)")
        }
        let small = TradeError(.belowCost, within: 10...20, isSold: true)
        #expect(ErrorClass.of(small.text) == .input)
    }

    @Test func `so has everything else that a call is told`() {
        let parameters = Parameter.allCases
        let told: [(TradeError, ErrorClass)] =
            [
                (.invalidKey, .auth), (.notPermitted, .auth), (.throttled(), .throttle),
                (.refillNotFound, .notFound), (.incorrectRequest, .input),
            ] + parameters.map { (.missing($0), .input) } + parameters.map { (.bad($0), .input) }
        for (error, meant) in told {
            #expect(ErrorClass.of(error.text) == meant, "\(error.text)")
        }
    }

    private static func outcome(of answer: CallAnswer) -> PlacementOutcome {
        let endpoint = ProviderEndpoint(
            name: "us", url: "http://127.0.0.1:9", key: "k", connectTimeout: 1, totalTimeout: 1)
        let reply = Reply(status: answer.status, body: answer.body, retryAfter: answer.retryAfter)
        return PlacementOutcome(of: Finished(tag: 0, ending: .replied(reply)), from: endpoint)
    }

    @Test func `an answer that is late leaves the order in doubt`() throws {
        guard case .unknown = Self.outcome(of: .unanswered) else {
            throw TradeError.incorrectRequest
        }
        #expect(CallAnswer.unanswered.status == 504)
        let document = try JSONValue(parsing: CallAnswer.unanswered.body)
        guard case .string(let text)? = document["error"] else {
            throw TradeError.incorrectRequest
        }
        #expect(ErrorClass.of(text) == nil)
        guard case .unknown = Self.outcome(of: .broken) else { throw TradeError.incorrectRequest }
    }

    @Test func `who is too fast is told for how long to stay away`() {
        let outcome = Self.outcome(of: CallAnswer(.throttled(retryAfter: 7)))
        guard case .notPlaced(let postponement) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(postponement.reason == .throttle)
        #expect(postponement.retryAfter == 7)
    }

    @Test func `an error is HTTP 200, and nothing but the error`() {
        let answer = CallAnswer(.incorrectRequest)
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"error":"Incorrect request"}"#)
    }
}
