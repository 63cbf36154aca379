import StrictJSON
import Trade
import Transport

extension ProviderEndpoint {
    /// Why a provider is not well, by the reply to `Action.balance`; nil if it is well.
    ///
    /// It is well if it tells any balance, or if it says in the trade's words that it does not know
    /// the question. A page for people, a server error, or words that may mean "closed for today"
    /// do not show that it is well.
    package func ailment(in finished: Finished) -> ReplyFailure? {
        let balance = answer(in: finished) { document throws(ReplyFailure) in
            guard document.unwrapped["balance"] != nil else {
                throw ReplyFailure(.unreadable, text: "there is no balance in it")
            }
        }
        guard case .failure(let failure) = balance else { return nil }
        switch failure.reason {
        case .refused(.input), .refused(.service), .refused(.notFound), .refused(.duplicate):
            return nil
        case .refused(nil) where failure.text.speaksOfActions: return nil
        // The same with a status that says "your fault", unless it is a page for people.
        case .httpStatus(400..<500)
        where failure.text.hasPrefix("{") && failure.text.speaksOfActions:
            return nil
        default: return failure
        }
    }
}

extension String {
    /// "Unknown action", "Invalid action", "Action not found", "unknown method".
    fileprivate var speaksOfActions: Bool {
        let folded = foldedASCII
        return ["action", "method"].contains { folded.contains(Array($0.utf8)) }
    }
}
