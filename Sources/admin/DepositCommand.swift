import ArgumentParser
import BatchFiles
import Failures
import Identity
import Ledger
import Money
import Settings
import Stage
import StrictJSON

/// `admin deposit`: money that came in.
struct DepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "Confirm money that users have paid.",
        discussion: """
            A deposit is credited once for its method and reference, however often it is confirmed.

            One: admin deposit acme 100.00 --method bank --reference TX-889.
            Many: admin deposit --from FILE.csv, with the columns user, amount, method, reference \
            and currency (without one: the house currency). A line that would be refused refuses \
            the file; one that was confirmed before is left out.
            """)

    @OptionGroup var options: DeskOptions

    @Argument(help: "Whose wallet.", transform: ArgumentText.user)
    var user: UserID?

    @Argument(help: "How much came.", transform: ArgumentText.incomingAmount)
    var amount: Amount?

    @Option(help: "How it came: bank, card …", transform: ArgumentText.line)
    var method: String?

    @Option(help: "Its reference, unique among those of its method.", transform: ArgumentText.line)
    var reference: String?

    @Option(
        help: "Its currency. (default: the house currency)", transform: ArgumentText.currency)
    var currency: Currency?

    @Option(help: ArgumentHelp("Many deposits, as CSV.", valueName: "file"))
    var from: String?

    func validate() throws {
        if from != nil {
            let isAlone = user == nil && amount == nil && method == nil && reference == nil
            guard isAlone, currency == nil else {
                throw ValidationError("With --from, the file gives everything.")
            }
            return
        }
        _ = try deposit()
    }

    /// The deposit of the command line.
    private func deposit() throws -> Deposit {
        func given<Value>(_ value: Value?, _ name: String) throws -> Value {
            guard let value else {
                throw ValidationError("Missing expected argument '\(name)'.")
            }
            return value
        }
        return Deposit(
            user: try given(user, "<user>"), amount: try given(amount, "<amount>"),
            method: try given(method, "--method <method>"),
            reference: try given(reference, "--reference <reference>"), currency: currency)
    }

    func run() async throws {
        try await options.drop { stage in
            let desk = DepositDesk(stage, try KnownUsers(stage))
            if let from { return try lines(ofFile: from, desk) }
            let deposit = try deposit()
            let credit = try desk.credit(of: deposit)
            if try desk.isKnown(deposit) {
                throw ValidationError(
                    "\(deposit.method) \(deposit.reference) was confirmed before and is credited; "
                        + "nothing was dropped.")
            }
            return DeskLines(
                kind: .deposits, words: "deposit",
                meaning: "\(deposit.user) is credited \(credit), once for \(deposit.method) "
                    + deposit.reference,
                line: deposit.write)
        }
    }

    private func lines(ofFile path: String, _ desk: DepositDesk) throws -> DeskLines {
        let file = try CSVFile(
            at: path, columns: ["user", "amount", "method", "reference"], optional: ["currency"])
        let rows = try file.mapDistinct { row in
            let deposit = Deposit(
                user: try row.required("user", ArgumentText.user),
                amount: try row.required("amount", ArgumentText.incomingAmount),
                method: try row.required("method", ArgumentText.line),
                reference: try row.required("reference", ArgumentText.line),
                currency: try row.optional("currency", ArgumentText.currency))
            _ = try desk.credit(of: deposit)
            return (deposit: deposit, isKnown: try desk.isKnown(deposit))
        } subject: { row in
            let payment = [row.deposit.method, row.deposit.reference]
            return (payment.map { Spelling(ofPayment: $0).key }, payment.joined(separator: " "))
        }
        let deposits = rows.filter { !$0.isKnown }.map(\.deposit)
        let known = rows.count - deposits.count
        let rest =
            known > 0
            ? "; " + known.counted("was", "were") + " confirmed before and left out" : ""
        guard !deposits.isEmpty else {
            throw ValidationError(
                "Every deposit of \(path) was confirmed before; nothing was dropped.")
        }
        return DeskLines(
            kind: .deposits, words: "deposit-file",
            meaning: deposits.count.counted("deposit", "deposits")
                + " of \(path) \(deposits.count == 1 ? "is" : "are") credited\(rest)",
            members: deposits.map { $0.write })
    }
}

/// A payment, as a person gives it.
struct Deposit {
    let user: UserID
    let amount: Amount
    let method: String
    let reference: String
    /// Nil: the house currency.
    let currency: Currency?

    func write(to json: inout JSONWriter) {
        json.member("user", user.rawValue)
        json.member("method", method)
        json.member("reference", reference)
        json.member("amount", amount.description)
        json.given("currency", currency?.code)
    }
}

/// Judges a deposit as intake would.
struct DepositDesk {
    private let settings: Settings
    private let ledger: Ledger
    private let users: KnownUsers

    init(_ stage: Stage, _ users: KnownUsers) {
        settings = stage.settings
        ledger = stage.ledger
        self.users = users
    }

    /// The amount that is credited, in words, by the present exchange rate and fee.
    ///
    /// - Parameter deposit: the payment.
    /// - Returns: the amount, with its origin and fee.
    /// - Throws: `ValidationError` if intake would reject the deposit.
    func credit(of deposit: Deposit) throws -> String {
        try users.check(deposit.user)
        let currency = deposit.currency ?? settings.currency
        guard let rate = settings.exchangeRate(of: currency) else {
            throw ValidationError("There is no exchange rate for \(currency); nothing was dropped.")
        }
        let credit: DepositCredit
        do throws(Rejection) {
            credit = try DepositCredit(
                of: deposit.amount, currency, at: rate, fee: settings.fees.deposit,
                in: settings.currency)
        } catch {
            throw ValidationError("The deposit is refused: \(error.detail); nothing was dropped.")
        }
        let origin = currency == settings.currency ? "" : " for \(deposit.amount) \(currency)"
        guard credit.fee > .zero else { return "\(credit.credited)\(origin)" }
        return "\(try credit.credited - credit.fee)\(origin), after a fee of \(credit.fee)"
    }

    /// Whether the deposit was confirmed before, with the same content.
    ///
    /// - Throws: `ValidationError` if it was confirmed for another user, or over another amount.
    func isKnown(_ deposit: Deposit) throws -> Bool {
        guard
            let known = try ledger.confirmedDeposit(
                method: deposit.method, reference: deposit.reference)
        else { return false }
        let currency = deposit.currency ?? settings.currency
        guard known.user == deposit.user, known.amount == deposit.amount, known.currency == currency
        else {
            throw ValidationError(
                "\(deposit.method) \(deposit.reference) was confirmed for \(known.user) over "
                    + "\(known.amount) \(known.currency); nothing was dropped.")
        }
        return true
    }
}
