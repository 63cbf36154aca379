import Money

/// A kind of order, as the trade's API v2 knows it, with what it asks for and how it is billed.
///
/// The kinds are rows of a table (`OrderType.all`), not classes: every program reads the same row,
/// `ingest` to check and price an order, `dispatch` to send it, `sandbox` to accept it. Source:
/// provider-api.md §4.
package struct OrderType: Equatable, Sendable {
    /// The name as providers print it in their catalogue, for example `Custom Comments`.
    package let name: String
    /// What an order must carry besides its service.
    package let required: [Parameter]
    /// What an order may carry.
    package let optional: [Parameter]
    /// How many units an order of this kind is billed for.
    package let billing: Billing

    /// Whether the order takes a parameter at all.
    package func takes(_ parameter: Parameter) -> Bool {
        required.contains(parameter) || optional.contains(parameter)
    }
}

/// How many units an order is billed for.
package enum Billing: Equatable, Sendable {
    /// `quantity`, times `runs` where the order drips.
    case quantity
    /// One package: the rate is the price of the whole order, not of a thousand units.
    case package
    /// The number of lines in a list.
    case lines(of: Parameter)
    /// `max` × `posts` of a subscription, which is paid before its posts appear.
    case maximumTimesPosts
}

/// What an order can carry, by the name the API v2 gives it, which our batch files use as well.
package enum Parameter: String, CaseIterable, Hashable, Sendable {
    case link, quantity
    case runs, interval
    case keywords, comments, usernames, hashtags, groups
    case hashtag, username, media
    case answerNumber = "answer_number"
    case min, max, delay, posts
    case oldPosts = "old_posts"
    case expiry
    case country, device
    case typeOfTraffic = "type_of_traffic"
    case googleKeyword = "google_keyword"
    case referringURL = "referring_url"

    /// The form a value of this parameter takes.
    package var form: Form {
        switch self {
        case .keywords, .comments, .usernames, .hashtags, .groups: .list
        // What is too little or too much, the service says.
        case .quantity: .integer(0...Int64.max)
        case .runs, .posts, .min, .max: .integer(1...Int64(Int32.max))
        case .interval: .integer(1...525_600)
        case .oldPosts: .integer(0...Int64(Int32.max))
        case .answerNumber: .integer(1...1_000)
        case .delay: .choice(Self.delays)
        case .device: .integer(1...5)
        case .typeOfTraffic: .integer(1...3)
        case .expiry: .date
        case .link, .hashtag, .username, .media, .country, .googleKeyword, .referringURL: .text
        }
    }

    /// Minutes a subscription may wait before it serves a new post.
    static let delays: [Int64] = [
        0, 5, 10, 15, 20, 30, 40, 50, 60, 90, 120, 150, 180, 210, 240, 270, 300, 360, 420, 480, 540,
        600,
    ]
}

/// The form of a parameter's value.
package enum Form: Equatable, Sendable {
    /// One line of text.
    case text
    /// A list, sent newline-joined; written as an array of strings or as one newline-joined string.
    case list
    /// A whole number within bounds.
    case integer(ClosedRange<Int64>)
    /// One of these whole numbers.
    case choice([Int64])
    /// A day, written d/m/Y.
    case date
}

extension OrderType {
    /// Every kind of order that can be sold. A catalogue's other words are imported disabled.
    package static let all: [OrderType] = [
        .init("Default", [.link, .quantity], optional: [.runs, .interval]),
        .init("Package", [.link], billing: .package),
        .init("SEO", [.link, .quantity, .keywords]),
        .init("Custom Comments", [.link, .comments], billing: .lines(of: .comments)),
        .init("Custom Comments Package", [.link, .comments], billing: .package),
        .init("Mentions", [.link, .quantity, .usernames]),
        .init("Mentions with Hashtags", [.link, .quantity, .usernames, .hashtags]),
        .init("Mentions Custom List", [.link, .usernames], billing: .lines(of: .usernames)),
        .init("Mentions Hashtag", [.link, .quantity, .hashtag]),
        .init("Mentions User Followers", [.link, .quantity, .username]),
        .init("Mentions Media Likers", [.link, .quantity, .media]),
        .init("Comment Likes", [.link, .quantity, .username]),
        .init("Comment Replies", [.link, .username, .comments], billing: .lines(of: .comments)),
        .init("Poll", [.link, .quantity, .answerNumber]),
        .init("Invites from Groups", [.link, .quantity, .groups]),
        .init(
            "Subscriptions", [.username, .min, .max, .posts, .delay],
            optional: [.oldPosts, .expiry], billing: .maximumTimesPosts),
        .init(
            "Web Traffic", [.link, .quantity, .country, .device, .typeOfTraffic],
            optional: [.googleKeyword, .referringURL]),
    ]

    private init(
        _ name: String, _ required: [Parameter], optional: [Parameter] = [],
        billing: Billing = .quantity
    ) {
        self.name = name
        self.required = required
        self.optional = optional
        self.billing = billing
    }

    /// The kind a catalogue means by `spelling`: any case, underscores for spaces.
    package static func named(_ spelling: String) -> OrderType? {
        byName[spelling] ?? byFoldedName[folded(spelling)]
    }

    /// By the names that the ledger keeps, which are looked up order after order.
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let byFoldedName = Dictionary(
        uniqueKeysWithValues: all.map { (folded($0.name), $0) })

    private static func folded(_ name: String) -> String {
        name.lowercased().split(whereSeparator: { $0 == "_" || $0.isWhitespace })
            .joined(separator: " ")
    }
}

extension Billing {
    /// What `units` billed units cost at `rate`: the rate is the price of a thousand units, or of
    /// one package. Rounded up once (design.md §5).
    package func price(of units: Int64, at rate: Rate) throws(MoneyError) -> Amount {
        switch self {
        case .package: rate.chargeForPackage()
        case .quantity, .lines, .maximumTimesPosts: try rate.charge(units: units)
        }
    }
}
