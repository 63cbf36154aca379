import ArgumentParser
import Ledger
import Money
import Run
import Settings
import StrictJSON

/// `admin deposit`: money that came.
struct DepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "Confirm money that a user has paid.",
        discussion: """
            A deposit is credited once for its method and reference, for ever, whoever says it twice.
            """)

    @OptionGroup var options: DeskOptions

    @Argument(help: "Whose wallet.", transform: ArgumentText.user)
    var user: UserID

    @Argument(help: "How much came.", transform: ArgumentText.positiveAmount)
    var amount: Amount

    @Option(help: "By which way it came: bank, card …", transform: ArgumentText.line)
    var method: String

    @Option(help: "What tells it from all others of that way.", transform: ArgumentText.line)
    var reference: String

    @Option(
        help: "Its currency. (default: the house currency)", transform: ArgumentText.currency)
    var currency: Currency?

    func run() async throws {
        let line = DeskLine(
            kind: .deposits, words: "deposit",
            meaning: "\(user) is credited \(amount), once for \(method) \(reference)"
        ) { json in
            json.member("user", user.rawValue)
            json.member("method", method)
            json.member("reference", reference)
            json.member("amount", amount.description)
            json.given("currency", currency?.code)
        }
        try await options.drop(line) { context, ledger, spool in
            if let currency, context.settings.exchangeRate(of: currency) == nil {
                throw ValidationError(
                    "There is no exchange rate for \(currency); nothing was dropped.")
            }
            try checkUser(user, ledger, spool)
        }
    }
}
