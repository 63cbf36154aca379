import Identity
import Money

/// What `ingest` takes, and how much of it at once.
package struct IntakeSettings: Sendable {
    /// How long a file must have been still before it is taken, in seconds.
    package let settleSeconds: Int
    /// How long a file whose JSON ends early must have been still before it is taken for what it is, in
    /// seconds.
    package let incompleteSeconds: Int
    /// The longest file taken.
    package let maxFileBytes: Int
    /// The most orders a file may hold: what one commit is known to carry.
    package let maxOrdersPerFile: Int
    /// Files share a commit until it holds so many orders; a longer file has a commit to itself.
    package let maxOrdersPerCommit: Int
    /// Files share a commit until it holds so many of them.
    package let maxFilesPerCommit: Int
    /// Files share a commit until it is so old, in milliseconds.
    package let commitMilliseconds: Int
    /// Nothing is taken while the disk has less room than this.
    package let minFreeBytes: Int

    init(_ section: Section) {
        settleSeconds = section.optional("settle_seconds", .integer(0...3_600), default: 2)
        incompleteSeconds = section.optional(
            "incomplete_seconds", .integer(0...86_400), default: 300)
        maxFileBytes = section.optional(
            "max_file_bytes", .integer(1...1_073_741_824), default: 33_554_432)
        maxOrdersPerFile = section.optional(
            "max_orders_per_file", .integer(1...10_000_000), default: 100_000)
        maxOrdersPerCommit = section.optional(
            "max_orders_per_commit", .integer(1...10_000_000), default: 20_000)
        maxFilesPerCommit = section.optional(
            "max_files_per_commit", .integer(1...100_000), default: 2_000)
        commitMilliseconds = section.optional(
            "commit_milliseconds", .integer(1...60_000), default: 500)
        minFreeBytes = section.optional(
            "min_free_bytes", .integer(0...1_099_511_627_776), default: 268_435_456)
    }
}

/// How long and how widely `dispatch` works.
package struct DispatchSettings: Sendable {
    /// A run starts nothing new after this, in seconds; shorter than cron's period.
    package let deadlineSeconds: Int
    /// How many intents or outcomes one commit records at most.
    package let batch: Int

    init(_ section: Section) {
        deadlineSeconds = section.optional("deadline_seconds", .integer(1...86_400), default: 50)
        batch = section.optional("batch", .integer(1...10_000), default: 500)
    }
}

/// How long `poll` works, and when it looks back.
package struct PollSettings: Sendable {
    /// A run starts nothing new after this, in seconds; shorter than cron's period.
    package let deadlineSeconds: Int
    /// How long after its end an order is asked about once more, in seconds; 0: never.
    package let lookBackSeconds: Int

    init(_ section: Section) {
        deadlineSeconds = section.optional("deadline_seconds", .integer(1...86_400), default: 50)
        lookBackSeconds = section.optional("look_back", .integer(0...7_776_000), default: 259_200)
    }
}

/// The operator's CSV reports.
package struct ReportSettings: Sendable {
    /// Where they are written.
    package let directory: String
    /// Whether each begins with a byte order mark: Excel and LibreOffice garble names without one.
    package let bom: Bool

    /// Reads the setting: a directory, or a section that names it.
    init(_ settings: Section, _ key: String) {
        let cursor = settings.cursor(key)
        guard let cursor, case .mapping = cursor.node.content else {
            directory = settings.source.absolute(cursor?.read(.path) ?? Self.usual)
            bom = true
            return
        }
        let section = cursor.section { section in
            (
                section.path("directory", default: Self.usual),
                section.optional("bom", .truth, default: true)
            )
        }
        (directory, bom) = section ?? (Self.usual, true)
    }

    private static let usual = "../reports"
}

/// How a sale rate is made of a cost rate (design.md §5).
package struct Pricing: Sendable {
    package let profitPercent: Percent
    /// In the house currency, per thousand units or per package.
    package let profitFixed: Amount
    /// An order that would earn less is refused at intake and held at dispatch.
    package let minProfitPercent: Percent
    /// The operator is told where a provider charged so much more or less than an order's cost.
    package let maxChargeDifferencePercent: Percent

    init(_ section: Section) {
        profitPercent = section.optional("profit_percent", .percent, defaultText: "20")
        profitFixed = section.optional("profit_fixed", .amount, default: .zero)
        minProfitPercent = section.optional("min_profit_percent", .percent, default: .zero)
        maxChargeDifferencePercent = section.optional(
            "max_charge_difference_percent", .percent, defaultText: "20")
    }
}

/// What the house keeps of money that comes and goes.
package struct Fees: Sendable {
    package let deposit: Fee
    package let withdrawal: Fee

    init(_ section: Section) {
        deposit = section.section("deposit", Fee.init)
        withdrawal = section.section("withdrawal", Fee.init)
    }
}

extension Fee {
    fileprivate init(_ section: Section) {
        self.init(
            percent: section.optional("percent", .percent, default: .zero),
            fixed: section.optional("fixed", .amount, default: .zero))
    }
}

/// What becomes of an order for a link that an open order has already.
package enum DuplicateLinks: String, CaseIterable, Sendable {
    /// It is sent when the other has ended.
    case wait
    /// It is rejected with `DUPLICATE_LINK`.
    case reject
    /// It is sent.
    case allow
}

extension LinkRule {
    init(_ section: Section) {
        let parameters = section.cursor("tracking_parameters")?.list { $0.read(.queryParameter) }
        self = parameters.map(LinkRule.init(dropping:)) ?? .standard
    }
}

/// How the operator's notices are mailed.
package struct MailSettings: Sendable {
    /// An SMTP server.
    package let url: String
    /// The sender's address.
    package let from: String

    init?(_ section: Section) {
        let url = section.required("url", .mailURL)
        let from = section.required("from", .mailAddress)
        guard let url, let from else { return nil }
        self.url = url
        self.from = from
    }
}
