import Failures
import Money
import Providers
import Settings
import Transport

/// Asks one provider for our balance. That costs nothing, and works only with the right address and
/// key.
struct BalanceQuestion {
    private let provider: ProviderSettings
    private let endpoint: ProviderEndpoint

    /// The balance, and how long the answer took.
    struct Answer {
        let provider: ProviderSettings
        let balance: ProviderBalance
        let milliseconds: Int64

        var text: String {
            var text =
                "\(provider.name) answered in \(milliseconds) ms: "
                + "balance \(balance.amount) \(balance.currency ?? provider.currency)"
            if let currency = balance.currency, currency != provider.currency {
                text += "; the configuration says \(provider.currency): mend its currency"
            }
            return text
        }
    }

    init(_ provider: ProviderSettings, key: String) {
        self.provider = provider
        endpoint = ProviderEndpoint(provider, key: key)
    }

    /// Asks, and waits for the answer.
    ///
    /// - Throws: `NoAnswer`, `TransportError`.
    func ask() throws -> Answer {
        let transport = Transport(capacity: 1)
        let clock = ContinuousClock()
        let begun = clock.now
        transport.start(endpoint.call(.balance), tag: 0)
        let finished = try Self.first(from: transport)
        let took = (clock.now - begun) / .milliseconds(1)
        switch endpoint.balance(in: finished) {
        case .success(let balance):
            return Answer(provider: provider, balance: balance, milliseconds: Int64(took))
        case .failure(let failure):
            throw NoAnswer(provider: provider.name, failure: failure)
        }
    }

    private static func first(from transport: Transport) throws -> Finished {
        while true {
            // Nothing arrives in the first second of a slow answer; the transport has a time-out.
            if let finished = try transport.wait(milliseconds: 1_000).first { return finished }
        }
    }
}

/// A provider did not name our balance.
struct NoAnswer: StageFailure, CustomStringConvertible {
    let provider: String
    let failure: ReplyFailure

    var exitStatus: ExitStatus { .ioFailed }

    var description: String {
        """
        the provider \(provider) did not say our balance: \(failure). Nothing was changed; check \
        its url and api_key in the configuration
        """
    }
}
