import ArgumentParser
import Ledger
import Run
import Settings
import Stage
import StrictJSON

/// `admin order`: the history of one order.
struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Show everything that is known of an order.",
        discussion: """
            Who ordered what, where it stands, and in the order of time: each attempt with the \
            provider's answer, each movement of money, exceptions, decisions, refills and cancels.
            """)

    @OptionGroup var options: StageOptions

    @Argument(help: "The order's number.", transform: ArgumentText.order)
    var order: OrderID

    func run() async throws {
        try await options.look("admin") { context in
            let ledger = try Stage.openLedgerUnchecked(context)
            guard let history = try ledger.history(of: order) else {
                throw ValidationError("There is no order \(order).")
            }
            let text = [
                Columns.text(history.facts.map { [$0.name, $0.text] }), "",
                Columns.text(history.events.map { ["\($0.at)", $0.kind, $0.text] }),
            ]
            try Answer.give(options, text.joined(separator: "\n")) { json in
                for fact in history.facts { json.member(fact.name, fact.text) }
                json.list("events", history.events) { event, json in
                    json.member("at", "\(event.at)")
                    json.member("kind", event.kind)
                    json.member("text", event.text)
                }
            }
        }
    }
}
