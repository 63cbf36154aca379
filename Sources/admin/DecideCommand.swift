import ArgumentParser
import BatchFiles
import Failures
import Ledger
import Money
import Run
import Settings
import Stage
import StrictJSON
import Timestamps
import Trade

/// `admin decide`: a person resolves doubts, one or many.
struct DecideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Say what became of orders in doubt.",
        discussion: """
            placed: the provider has it, under the id given with --provider-order; it is followed.
            not_placed: the provider does not have it; it is sent again. Be sure: nothing else can \
            make an order be sent twice.
            refund: the reseller gets the money back, wherever the order is. That also ends an \
            order that is with a provider, once it is in exceptions.csv or the provider is \
            switched off.

            One order: admin decide 42 placed --provider-order 9912.
            Many of one provider: admin decide --provider NAME --outcome refund, with --since, \
            --until and --evidence for those sent in a period or failed with certain words. It \
            shows how many there are and what they cost, and drops nothing until it is repeated \
            with --yes.
            Many of any kind: admin decide --from FILE.csv, with the columns order, outcome and \
            provider_order. A line that would be refused refuses the file.

            If the provider can be asked, poll asks it before the decision is believed: placed by \
            the status of that id, the others by its list of orders (inquiry: orders). \
            decisions.csv, in-doubt.csv and exceptions.csv say what became of it.
            """)

    @OptionGroup var options: DeskOptions

    @Argument(help: "The order's number.", transform: ArgumentText.order)
    var order: OrderID?

    @Argument(help: "What became of it: placed, not_placed or refund.")
    var outcome: Outcome?

    @Option(name: .customLong("outcome"), help: "The outcome, if no order is named.")
    var given: Outcome?

    @Option(
        help: ArgumentHelp("The provider's id of it.", valueName: "id"),
        transform: ArgumentText.providerOrder)
    var providerOrder: String?

    @OptionGroup var selection: DoubtSelection

    @Option(help: ArgumentHelp("Many decisions, as CSV.", valueName: "file"))
    var from: String?

    /// The outcome, as an argument or as an option.
    private var word: Outcome? { outcome ?? given }

    func validate() throws {
        if outcome != nil, given != nil {
            throw ValidationError("The outcome is given twice.")
        }
        let ways = [order != nil, selection.provider != nil, from != nil].count { $0 }
        guard ways == 1 else {
            throw ValidationError("Name one order, or --provider, or --from.")
        }
        try selection.validate(isUsed: selection.provider != nil)
        if from != nil {
            guard word == nil, providerOrder == nil else {
                throw ValidationError("With --from, the file gives outcomes and ids.")
            }
            return
        }
        guard let word else {
            throw ValidationError("Say the outcome: placed, not_placed or refund.")
        }
        if selection.provider != nil, word == .placed {
            throw ValidationError("placed needs an id for each order: use --from.")
        }
        guard (word == .placed) == (providerOrder != nil) else {
            throw ValidationError("--provider-order belongs to placed, and placed needs it.")
        }
    }

    func run() async throws {
        try await options.drop { stage in
            if let from { return try lines(ofFile: from, stage) }
            guard let word else { throw ValidationError("Say the outcome.") }
            if let provider = selection.provider { return try many(word, at: provider, stage) }
            guard let order else { throw ValidationError("Name one order.") }
            let decision = try word.decision(providerOrder)
            try check(decision, on: order, stage)
            return DeskLines(
                kind: .decisions, words: "decide-\(order)",
                meaning: "order \(order) is decided: \(decision.word)",
                line: Self.members(order, decision))
        }
    }

    private static func members(
        _ order: OrderID, _ decision: Decision
    ) -> (inout JSONWriter) -> Void {
        { json in
            json.member("order", order.rawValue)
            json.member("outcome", decision.word)
            if case .placed(let id) = decision { json.member("provider_order", id) }
        }
    }

    /// Refuses a decision that intake would refuse.
    private func check(
        _ decision: Decision, on order: OrderID, _ stage: Stage
    ) throws {
        let objection = try stage.ledger.objection(to: decision, on: order) {
            stage.settings.asked($0) == nil ? .silent : .statuses
        }
        guard let objection else { return }
        throw ValidationError(
            "\(objection.prefix(1).uppercased())\(objection.dropFirst()); nothing was dropped.")
    }

    // MARK: Many

    private func lines(ofFile path: String, _ stage: Stage) throws -> DeskLines {
        let file = try CSVFile(
            at: path, columns: ["order", "outcome"], optional: ["provider_order"])
        let decisions = try file.mapDistinct { row in
            let order = try row.required("order", ArgumentText.order)
            let outcome = try row.required("outcome", Outcome.init(text:))
            let decision = try outcome.decision(
                try row.optional("provider_order", ArgumentText.providerOrder))
            try check(decision, on: order, stage)
            return (order, decision)
        } subject: {
            ($0.0, "order \($0.0)")
        }
        return DeskLines(
            kind: .decisions, words: "decide-file",
            meaning: decisions.count.counted("order is", "orders are") + " decided by \(path)",
            members: decisions.map(Self.members))
    }

    private func many(
        _ outcome: Outcome, at provider: String, _ stage: Stage
    ) throws -> DeskLines? {
        let doubts = try stage.ledger.doubts(
            with: provider, sent: selection.period, evidence: selection.evidence)
        guard let first = doubts.first else {
            throw ValidationError(
                "No order in doubt with \(provider) is like that; nothing was dropped. "
                    + "See in-doubt.csv.")
        }
        let decision = try outcome.decision(nil)
        let charge = try doubts.reduce(Amount.zero) { try $0 + $1.charge }
        let decided = doubts.count { $0.isDecided }
        let meaning =
            doubts.count.counted("order", "orders")
            + " in doubt with \(provider), \(charge) \(stage.settings.currency) in all, from order "
            + "\(first.order) to \(doubts[doubts.count - 1].order), "
            + "\(doubts.count == 1 ? "is" : "are") decided: \(decision.word)"
            + (decided > 0 ? " (for \(decided), that replaces a decision that waits)" : "")
        let lines = DeskLines(
            kind: .decisions, words: "decide-\(provider)", meaning: meaning,
            members: doubts.map { Self.members($0.order, decision) })
        try lines.checkCount(
            in: stage.settings, advice: " Choose fewer with --since and --until.")
        guard selection.yes else {
            try show(doubts, meaning)
            return nil
        }
        return lines
    }

    private func show(_ doubts: [OpenDoubt], _ meaning: String) throws {
        let rows = doubts.prefix(Self.shown).map { doubt in
            [
                "\(doubt.order)", doubt.user.rawValue, "\(doubt.charge)", "\(doubt.sentAt)",
                doubt.evidence,
            ]
        }
        let more = doubts.count - rows.count
        try Answer.give(
            options.stage,
            Columns.text([["order", "user", "charge", "sent", "evidence"]] + rows)
                + (more > 0 ? "\nand \(more) more" : "")
                + "\nnothing was dropped; with --yes, \(meaning)"
        ) { json in
            json.member("would_decide", Int64(doubts.count))
            json.member("meaning", meaning)
        }
    }

    /// The most orders that are shown before they are decided.
    private static let shown = 10
}

/// An outcome as a person types it.
enum Outcome: String, CaseIterable, ExpressibleByArgument {
    case placed
    case notPlaced = "not_placed"
    case refund

    init?(argument: String) {
        self.init(rawValue: argument.replacing("-", with: "_"))
    }

    init(text: String) throws {
        guard let outcome = Outcome(argument: text) else {
            throw ValidationError("It must be placed, not_placed or refund.")
        }
        self = outcome
    }

    /// The decision; `id` is a part of it if the order is placed.
    ///
    /// - Throws: `ValidationError` if the id is missing, or is given where none belongs.
    func decision(_ id: String?) throws -> Decision {
        switch (self, id) {
        case (.placed, let id?): .placed(providerOrder: id)
        case (.notPlaced, nil): .notPlaced
        case (.refund, nil): .refund
        default:
            throw ValidationError("provider_order belongs to placed, and placed needs it.")
        }
    }
}

/// Selects which of a provider's doubts are decided together.
struct DoubtSelection: ParsableArguments {
    @Option(help: ArgumentHelp("All doubts with this provider.", valueName: "name"))
    var provider: String?

    @Option(
        help: ArgumentHelp("Of those, the ones sent at this time or later.", valueName: "time"),
        transform: ArgumentText.momentOrDay)
    var since: Timestamp?

    @Option(
        help: ArgumentHelp("Of those, the ones sent before this time.", valueName: "time"),
        transform: ArgumentText.momentOrDay)
    var until: Timestamp?

    @Option(
        help: ArgumentHelp("Of those, the ones whose evidence contains this.", valueName: "text"),
        transform: ArgumentText.line)
    var evidence: String?

    @Flag(help: "Decide them. Without this they are only shown.")
    var yes = false

    var period: Range<Timestamp> {
        let always = Timestamp.always
        return (since ?? always.lowerBound)..<(until ?? always.upperBound)
    }

    func validate(isUsed: Bool) throws {
        if !isUsed, since != nil || until != nil || evidence != nil || yes {
            throw ValidationError("--since, --until, --evidence and --yes belong to --provider.")
        }
        if let since, let until, until <= since {
            throw ValidationError("--until is not after --since.")
        }
    }
}
