import ArgumentParser
import BatchFiles
import Failures
import Ledger
import Money
import Run
import Stage
import StrictJSON

/// `admin withdrawal`: money that goes out.
struct WithdrawalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdrawal", abstract: "List, pay and decline what users want paid out.",
        subcommands: [List.self, Pay.self, Decline.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the withdrawals that wait, the oldest first.")

        @OptionGroup var options: StageOptions

        func run() async throws {
            try await options.look("admin") { context in
                let ledger = try Stage.openLedgerUnchecked(context)
                let open = try ledger.openWithdrawals()
                let rows = try open.map { withdrawal in
                    [
                        withdrawal.user.rawValue, withdrawal.ref, "\(withdrawal.amount)",
                        "\(withdrawal.fee)", "\(try withdrawal.amount - withdrawal.fee)",
                        "\(withdrawal.askedAt)", withdrawal.destination,
                    ]
                }
                let text =
                    rows.isEmpty
                    ? "no withdrawal waits"
                    : Columns.text([["user", "ref", "amount", "fee", "pay", "asked", "to"]] + rows)
                try Answer.give(options, text) { json in
                    json.list("withdrawals", open) { withdrawal, json in
                        json.member("user", withdrawal.user.rawValue)
                        json.member("ref", withdrawal.ref)
                        json.member("amount", "\(withdrawal.amount)")
                        json.member("fee", "\(withdrawal.fee)")
                        json.member("to", withdrawal.destination)
                        json.member("asked_at", "\(withdrawal.askedAt)")
                    }
                }
            }
        }
    }

    struct Pay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that a withdrawal was paid out.",
            discussion: """
                You make the payment itself: first pay amount - fee, then say so here, with the \
                payment's own reference.

                One: admin withdrawal pay acme W-1 --reference TX-901.
                Many: admin withdrawal pay --from FILE.csv, with columns user, ref and reference.
                """)

        @OptionGroup var options: DeskOptions

        @Argument(help: "The user's name.", transform: ArgumentText.user)
        var user: UserID?

        @Argument(help: "The withdrawal's ref.", transform: ArgumentText.line)
        var ref: String?

        @Option(help: "The payment's own reference.", transform: ArgumentText.line)
        var reference: String?

        @Option(help: ArgumentHelp("Many payments, as CSV.", valueName: "file"))
        var from: String?

        func validate() throws {
            if from != nil, user != nil || ref != nil || reference != nil {
                throw ValidationError("With --from, the file gives everything.")
            }
            if from == nil, user == nil || ref == nil {
                throw ValidationError("Name a user and a ref, or --from.")
            }
        }

        func run() async throws {
            try await options.drop { stage in
                if let user, let ref {
                    return try Conclusion(user, ref, paidAs: reference, stage.ledger).lines
                }
                guard let from else {
                    throw ValidationError("Name a user and a ref, or --from.")
                }
                let file = try CSVFile(
                    at: from, columns: ["user", "ref"], optional: ["reference"])
                let conclusions = try file.mapDistinct { row in
                    try Conclusion(
                        try row.required("user", ArgumentText.user),
                        try row.required("ref", ArgumentText.line),
                        paidAs: try row.optional("reference", ArgumentText.line), stage.ledger)
                } subject: {
                    ([$0.user.rawValue, $0.ref], "this withdrawal")
                }
                return DeskLines(
                    kind: .withdrawals, words: "withdrawal-file",
                    meaning: conclusions.count.counted("withdrawal", "withdrawals")
                        + " of \(from) \(conclusions.count == 1 ? "is" : "are") paid",
                    members: conclusions.map { $0.write })
            }
        }
    }

    struct Decline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decline a withdrawal: the money is the user's again.")

        @OptionGroup var options: DeskOptions

        @Argument(help: "The user's name.", transform: ArgumentText.user)
        var user: UserID

        @Argument(help: "The withdrawal's ref.", transform: ArgumentText.line)
        var ref: String

        func run() async throws {
            try await options.drop { stage in
                try Conclusion(declining: user, ref, stage.ledger).lines
            }
        }
    }
}

/// The end of a withdrawal that waits: paid or declined.
private struct Conclusion {
    let user: UserID
    let ref: String
    private let isPaid: Bool
    private let reference: String?
    private let withdrawal: OpenWithdrawal

    /// A withdrawal that was paid.
    ///
    /// - Throws: `ValidationError` if no such withdrawal waits.
    init(_ user: UserID, _ ref: String, paidAs reference: String?, _ ledger: Ledger) throws {
        withdrawal = try Self.open(ref, of: user, ledger)
        (self.user, self.ref, isPaid, self.reference) = (user, withdrawal.ref, true, reference)
    }

    init(declining user: UserID, _ ref: String, _ ledger: Ledger) throws {
        withdrawal = try Self.open(ref, of: user, ledger)
        (self.user, self.ref, isPaid, reference) = (user, ref, false, nil)
    }

    private static func open(
        _ ref: String, of user: UserID, _ ledger: Ledger
    ) throws -> OpenWithdrawal {
        guard let withdrawal = try ledger.withdrawal(ref, of: user) else {
            throw ValidationError(
                "\(user) has no withdrawal \"\(ref)\"; nothing was dropped. "
                    + "See admin withdrawal list.")
        }
        guard withdrawal.status == "held" else {
            throw ValidationError(
                "The withdrawal \"\(ref)\" of \(user) is \(withdrawal.status) already; "
                    + "nothing was dropped.")
        }
        return withdrawal
    }

    var lines: DeskLines {
        let what = "\(withdrawal.amount) of \(user) (\(ref)) to \(withdrawal.destination)"
        return DeskLines(
            kind: .withdrawals, words: "withdrawal-\(isPaid ? "pay" : "decline")",
            meaning: isPaid
                ? "\(what) is paid, of which \(withdrawal.fee) is the fee"
                : "\(what) is declined, and \(user) has the money again",
            line: write)
    }

    func write(to json: inout JSONWriter) {
        json.member("user", user.rawValue)
        json.member("ref", ref)
        json.member("outcome", isPaid ? "paid" : "declined")
        json.given("reference", reference)
    }
}
