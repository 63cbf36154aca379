import Identity
import Money

/// Which files `ingest` takes, and how many at once.
package struct IntakeSettings: Sendable {
    /// How long a file must have been unchanged before it is taken, in seconds.
    package let settleSeconds: Int
    /// How long a file whose JSON ends early must have been unchanged before it is taken as it is,
    /// in seconds.
    package let incompleteSeconds: Int
    /// The size of the largest file taken, in bytes.
    package let maxFileBytes: Int
    /// The same unless it is configured.
    package static let usualMaxFileBytes = 33_554_432
    /// The most orders in a file. One commit is known to carry this many.
    package let maxOrdersPerFile: Int
    /// Files share a commit until it holds this many orders; a longer file has a commit to itself.
    package let maxOrdersPerCommit: Int
    /// Files share a commit until it holds this many files.
    package let maxFilesPerCommit: Int
    /// Files share a commit until it is this old, in milliseconds.
    package let commitMilliseconds: Int
    /// Nothing is taken while the disk has less free space than this, in bytes.
    package let minFreeBytes: Int

    init(_ section: Section) {
        settleSeconds = section.optional("settle_seconds", .integer(0...3_600), default: 2)
        incompleteSeconds = section.optional(
            "incomplete_seconds", .integer(0...86_400), default: 300)
        maxFileBytes = section.optional(
            "max_file_bytes", .integer(1...1_073_741_824), default: Self.usualMaxFileBytes)
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

/// How long `dispatch` works, and how much it commits at once.
package struct DispatchSettings: Sendable {
    /// A run starts nothing new after this, in seconds; shorter than cron's period.
    package let deadlineSeconds: Int
    /// The most intents or outcomes in one commit.
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
    /// How long after its end `poll` asks about an order once more, in seconds; 0 for never.
    package let lookBackSeconds: Int

    init(_ section: Section) {
        deadlineSeconds = section.optional("deadline_seconds", .integer(1...86_400), default: 50)
        lookBackSeconds = section.optional("look_back", .integer(0...7_776_000), default: 259_200)
    }
}

/// The operator's CSV reports.
package struct ReportSettings: Sendable {
    /// The directory of the reports.
    package let directory: String
    /// Whether each begins with a byte order mark. Without one Excel and LibreOffice garble names.
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

/// How to turn a cost rate into a sale rate (design.md §5).
package struct Pricing: Sendable {
    package let profitPercent: Percent
    /// In the house currency, per thousand units or per package.
    package let profitFixed: Amount
    /// Intake refuses an order that would earn less, and dispatch holds it.
    package let minProfitPercent: Percent
    /// A charge that differs from an order's cost by more than this is reported to the operator.
    package let maxChargeDifferencePercent: Percent

    init(_ section: Section) {
        profitPercent = section.optional("profit_percent", .percent, defaultText: "20")
        profitFixed = section.optional("profit_fixed", .amount, default: .zero)
        minProfitPercent = section.optional("min_profit_percent", .percent, default: .zero)
        maxChargeDifferencePercent = section.optional(
            "max_charge_difference_percent", .percent, defaultText: "20")
    }
}

/// The house's fees on deposits and withdrawals.
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

extension LinkRule {
    init(_ section: Section) {
        let parameters = section.cursor("tracking_parameters")?.list { $0.read(.queryParameter) }
        self = parameters.map(LinkRule.init(dropping:)) ?? .standard
    }
}

/// How to mail notices to the operator.
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
