import Money
import StrictJSON
import Transport

/// Our balance at a provider.
package struct ProviderBalance: Equatable, Sendable {
    /// Rounded away from zero to a millionth; below zero where the provider gives credit.
    package let amount: Amount
    /// As the provider says; nil if it does not.
    package let currency: Currency?
}

extension ProviderEndpoint {
    /// The balance in the reply to `Action.balance`.
    package func balance(in finished: Finished) -> Result<ProviderBalance, ReplyFailure> {
        answer(in: finished) { document throws(ReplyFailure) in
            let document = document.unwrapped
            guard let written = document["balance"] else {
                throw ReplyFailure(.unreadable, text: "there is no balance in it")
            }
            guard let amount = written.amount else {
                let found = written.text.map { "\"\(evidence($0))\"" } ?? "no text and no number"
                throw ReplyFailure(
                    .unreadable,
                    text: "its balance is \(found), which is no plain amount; ask it to send the "
                        + "number alone, or look at its balance by hand")
            }
            return ProviderBalance(amount: amount, currency: document["currency"]?.currency)
        }
    }
}
