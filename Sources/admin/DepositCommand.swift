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
        try await options.drop { context, ledger, spool in
            let credit = try credit(context.settings)
            try checkUser(user, ledger, spool)
            return DeskLine(
                kind: .deposits, words: "deposit",
                meaning: "\(user) is credited \(credit), once for \(method) \(reference)"
            ) { json in
                json.member("user", user.rawValue)
                json.member("method", method)
                json.member("reference", reference)
                json.member("amount", amount.description)
                json.given("currency", currency?.code)
            }
        }
    }

    /// What arrives, in words, by the exchange rate and the fee of now.
    private func credit(_ settings: Settings) throws -> String {
        let currency = currency ?? settings.currency
        guard let rate = settings.exchangeRate(of: currency) else {
            throw ValidationError(
                "There is no exchange rate for \(currency); nothing was dropped.")
        }
        let credited = try amount.converted(at: rate, rounding: .down)
        let fee = try settings.fees.deposit.of(credited)
        let origin = currency == settings.currency ? "" : " for \(amount) \(currency)"
        guard fee > .zero else { return "\(credited)\(origin)" }
        guard fee < credited else {
            throw ValidationError(
                "The fee of \(fee) leaves nothing of \(credited); nothing was dropped.")
        }
        return "\(try credited - fee)\(origin), after a fee of \(fee)"
    }
}
