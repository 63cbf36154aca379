import ArgumentParser
import Ledger
import Run
import Settings
import StrictJSON

/// `admin decide`: a person resolves a doubt.
struct DecideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Say what became of an order in doubt.",
        discussion: """
            placed: the provider has it, under the id given with --provider-order; it is followed.
            not-placed: the provider does not have it; it is sent again. Be sure: nothing else can make \
            an order be sent twice.
            refund: the reseller gets his money back, wherever the order is. That also ends an order that \
            is with a provider, once it stands in exceptions.csv or the provider is switched off.

            Where the provider can be asked, poll asks him before the decision is believed: placed by \
            the status of that id, the others by his list of orders (inquiry: orders). in-doubt.csv \
            and exceptions.csv tell what became of it.
            """)

    enum Outcome: String, CaseIterable, ExpressibleByArgument {
        case placed
        case notPlaced = "not-placed"
        case refund

        /// As a desk file says it.
        var word: String { self == .notPlaced ? "not_placed" : rawValue }
    }

    @OptionGroup var options: DeskOptions

    @Argument(help: "The order's number.", transform: ArgumentText.order)
    var order: OrderID

    @Argument(help: "What became of it.")
    var outcome: Outcome

    @Option(
        help: ArgumentHelp("The provider's id of it.", valueName: "id"),
        transform: ArgumentText.line)
    var providerOrder: String?

    func validate() throws {
        guard (outcome == .placed) == (providerOrder != nil) else {
            throw ValidationError("--provider-order belongs to placed, and placed needs it.")
        }
    }

    func run() async throws {
        let line = DeskLine(
            kind: .decisions, words: "decide-\(order)",
            meaning: "order \(order) is decided: \(outcome.rawValue)"
        ) { json in
            json.member("order", order.rawValue)
            json.member("outcome", outcome.word)
            json.given("provider_order", providerOrder)
        }
        try await options.drop(line) { context, ledger, _ in
            guard let state = try ledger.state(of: order) else {
                throw ValidationError("There is no order \(order); nothing was dropped.")
            }
            guard state != .inDoubt else { return }
            guard state == .placed, outcome == .refund else {
                throw ValidationError(
                    "Order \(order) is \(state.rawValue), not in doubt; nothing was dropped.")
            }
            let isKept = try !ledger.mayBeGivenUp(order) {
                context.settings.asked($0) == nil ? .silent : .statuses
            }
            if isKept {
                throw ValidationError(
                    "Order \(order) is placed, its provider is asked, and nothing in exceptions.csv is "
                        + "said of it; nothing was dropped.")
            }
        }
    }
}
