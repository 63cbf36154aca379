import StrictJSON
import Trade
import Transport

/// Why a question to a provider has no answer at all.
package struct ReplyFailure: Error, Equatable, Sendable {
    package let reason: Reason
    /// How many seconds the provider asks us to stay away, if it does.
    package let retryAfter: Int?
    /// What happened, or the provider's words.
    package let text: String

    /// The kind of failure, by what can be concluded from it.
    package enum Reason: Equatable, Sendable {
        /// No byte can have reached the provider.
        case notSent
        /// Sent, and no whole reply came. A request for a refill or a cancel may have been taken.
        case lost
        /// A complaint about the whole call; nil if its words are in no table.
        case refused(ErrorClass?)
        /// A status that promises nothing about the body.
        case httpStatus(Int)
        case html
        case empty
        /// Compressed, although we did not ask for it.
        case compressed
        /// Not JSON, or JSON that does not answer the question.
        case unreadable
    }

    init(_ reason: Reason, retryAfter: Int? = nil, text: String) {
        self.reason = reason
        self.retryAfter = retryAfter
        self.text = text
    }

    /// Whether the provider wants to be left alone for a while.
    package var asksToWait: Bool { reason == .refused(.throttle) || retryAfter != nil }
}

extension ReplyFailure: CustomStringConvertible {
    /// For a log. The caller adds the provider's name.
    package var description: String {
        switch reason {
        case .notSent: "it was not reached: \(text)"
        case .lost: "its answer was lost: \(text)"
        case .refused: "it refused: \(text)"
        case .httpStatus(let status) where 300..<400 ~= status:
            "it sends us to another address (HTTP \(status)), and a redirect is never followed; "
                + "write the address that answers itself as url in providers.yaml"
        case .httpStatus(let status): "it answered with HTTP \(status): \(text)"
        case .html: "it answered with a page for people: \(text)"
        case .empty: "it answered with nothing"
        case .compressed:
            "its answer is compressed, which was not asked for; ask it to switch that off for its "
                + "API"
        case .unreadable: "its answer cannot be read: \(text)"
        }
    }
}

extension ProviderEndpoint {
    /// Reads the answer to a question, or says why there is none.
    ///
    /// A reply that is nothing but a complaint fails the whole question; `read` never sees it.
    func answer<Answer>(
        in finished: Finished, read: (JSONValue) throws(ReplyFailure) -> Answer
    ) -> Result<Answer, ReplyFailure> {
        Result { () throws(ReplyFailure) in
            switch finished.ending {
            case .failed(let failure):
                throw ReplyFailure(failure.sent ? .lost : .notSent, text: failure.text)
            case .replied(let reply):
                try read(try document(of: reply))
            }
        }
    }

    /// The JSON of a reply that may be believed.
    private func document(of reply: Reply) throws(ReplyFailure) -> JSONValue {
        func failure(_ reason: ReplyFailure.Reason, _ text: String? = nil) -> ReplyFailure {
            let text = text.map(evidence) ?? evidence(reply.body)
            return ReplyFailure(reason, retryAfter: reply.retryAfter, text: text)
        }
        if reply.status == 429 { throw failure(.refused(.throttle)) }
        let body = ReplyBody(reply.body)
        let isSuccess = 200..<300 ~= reply.status
        if case .json(let document) = body,
            let complaint = document.soleComplaint(isFailure: 400..<600 ~= reply.status)
        {
            let errorClass = ErrorClass.of(complaint, status: reply.status, extra: extraErrors)
            // A broken server may say anything, so from it only the trade's words count.
            if reply.status < 500 || errorClass != nil {
                throw failure(.refused(errorClass), complaint)
            }
        }
        if let errorClass = ErrorClass.certain(status: reply.status) {
            throw failure(.refused(errorClass))
        }
        guard isSuccess else { throw failure(.httpStatus(reply.status)) }
        switch body {
        case .json(let document): return document
        case .html: throw failure(.html)
        case .empty: throw failure(.empty)
        case .compressed: throw failure(.compressed)
        case .unreadable: throw failure(.unreadable)
        }
    }
}
