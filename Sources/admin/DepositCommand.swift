import ArgumentParser
import Identity
import Ledger
import Money
import Run
import Settings
import Spool
import StrictJSON

/// `admin deposit`: money that came.
struct DepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "Confirm money that users have paid.",
        discussion: """
            A deposit is credited once for its method and reference, for ever, however often it is confirmed.

            One: admin deposit acme 100.00 --method bank --reference TX-889.
            Many: admin deposit --from FILE.csv, with the columns user, amount, method, reference and \
            currency (without one: the house currency). A line that would be refused refuses the file; \
            one that was confirmed before is left out.
            """)

    @OptionGroup var options: DeskOptions

    @Argument(help: "Whose wallet.", transform: ArgumentText.user)
    var user: UserID?

    @Argument(help: "How much came.", transform: ArgumentText.incomingAmount)
    var amount: Amount?

    @Option(help: "By which way it came: bank, card …", transform: ArgumentText.line)
    var method: String?

    @Option(help: "What tells it from all others of that way.", transform: ArgumentText.line)
    var reference: String?

    @Option(
        help: "Its currency. (default: the house currency)", transform: ArgumentText.currency)
    var currency: Currency?

    @Option(help: ArgumentHelp("Deposits by the dozen, as CSV.", valueName: "file"))
    var from: String?

    func validate() throws {
        if from != nil {
            let isAlone = user == nil && amount == nil && method == nil && reference == nil
            guard isAlone, currency == nil else {
                throw ValidationError("With --from, the file gives everything.")
            }
            return
        }
        for (isThere, name) in [
            (user != nil, "<user>"), (amount != nil, "<amount>"),
            (method != nil, "--method <method>"), (reference != nil, "--reference <reference>"),
        ] where !isThere {
            throw ValidationError("Missing expected argument '\(name)'.")
        }
    }

    func run() async throws {
        try await options.drop { context, ledger, spool in
            let desk = DepositDesk(context.settings, ledger, try KnownUsers(ledger, spool))
            if let from { return try lines(ofFile: from, desk, context) }
            // `validate` saw them all.
            let deposit = Deposit(
                user: user!, amount: amount!, method: method!, reference: reference!,
                currency: currency)
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

    private func lines(
        ofFile path: String, _ desk: DepositDesk, _ context: RunContext
    ) throws -> DeskLines? {
        let file = try CSVFile(
            at: path, columns: ["user", "amount", "method", "reference"], optional: ["currency"])
        var seen: [[String]: Int] = [:]
        let rows = try file.map { row -> Deposit? in
            let deposit = Deposit(
                user: try row.required("user", ArgumentText.user),
                amount: try row.required("amount", ArgumentText.incomingAmount),
                method: try row.required("method", ArgumentText.line),
                reference: try row.required("reference", ArgumentText.line),
                currency: try row.optional("currency", ArgumentText.currency))
            _ = try desk.credit(of: deposit)
            let key = [deposit.method, deposit.reference].map { Spelling(ofPayment: $0).key }
            if let line = seen.updateValue(row.line, forKey: key) {
                throw ValidationError(
                    "\(deposit.method) \(deposit.reference) is on line \(line) already.")
            }
            return try desk.isKnown(deposit) ? nil : deposit
        }
        let deposits = rows.compactMap(\.self)
        let known = rows.count - deposits.count
        let rest = known > 0 ? "; \(known) were confirmed before and are left out" : ""
        guard !deposits.isEmpty else {
            throw ValidationError(
                "All \(known) deposits of \(path) were confirmed before; nothing was dropped.")
        }
        guard deposits.count <= context.settings.intake.maxOrdersPerFile else {
            throw ValidationError(
                "\(path) has more lines than one file may hold "
                    + "(\(context.settings.intake.maxOrdersPerFile)); nothing was dropped.")
        }
        return DeskLines(
            kind: .deposits, words: "deposit-file",
            meaning: "\(deposits.count) deposits of \(path) are credited\(rest)",
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

/// Says what intake would say of a deposit.
struct DepositDesk {
    private let settings: Settings
    private let ledger: Ledger
    private let users: KnownUsers

    init(_ settings: Settings, _ ledger: Ledger, _ users: KnownUsers) {
        self.settings = settings
        self.ledger = ledger
        self.users = users
    }

    /// What arrives, in words, by the exchange rate and the fee of now.
    ///
    /// - Throws: `ValidationError` where nothing would.
    func credit(of deposit: Deposit) throws -> String {
        guard users.contains(deposit.user) else {
            throw ValidationError(
                "There is no user \(deposit.user); nothing was dropped. "
                    + "Add them first: admin user add \(deposit.user).")
        }
        let currency = deposit.currency ?? settings.currency
        guard let rate = settings.exchangeRate(of: currency) else {
            throw ValidationError("There is no exchange rate for \(currency); nothing was dropped.")
        }
        let credited = try deposit.amount.converted(at: rate, rounding: .down)
        let fee = try settings.fees.deposit.of(credited)
        let origin = currency == settings.currency ? "" : " for \(deposit.amount) \(currency)"
        guard fee > .zero else { return "\(credited)\(origin)" }
        guard FeePayment.deposit.allows(fee, of: credited) else {
            throw ValidationError(
                "The fee of \(fee) is more than the \(credited); nothing was dropped.")
        }
        return "\(try credited - fee)\(origin), after a fee of \(fee)"
    }

    /// Whether it was confirmed before, and just so.
    ///
    /// - Throws: `ValidationError` where that was for another user or over another amount.
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
