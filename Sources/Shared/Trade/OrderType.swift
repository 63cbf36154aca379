/// A kind of order in the trade's API v2: what it asks for and how it is billed.
///
/// The kinds are rows of one table (`OrderType.all`), not classes. Every program reads the same
/// row: `ingest` to check and price an order, `dispatch` to send it, `sandbox` to accept it.
/// Source: provider-api.md §4.
package struct OrderType: Equatable, Sendable {
    /// The name as providers print it in their catalogue, for example `Custom Comments`.
    package let name: String
    /// What an order must carry besides its service.
    package let required: [Parameter]
    /// What an order may carry.
    package let optional: [Parameter]
    /// How many units an order of this kind is billed for.
    package let billing: Billing

    private init(
        _ name: String, _ required: [Parameter], optional: [Parameter] = [],
        billing: Billing = .quantity
    ) {
        self.name = name
        self.required = required
        self.optional = optional
        self.billing = billing
    }

    /// Whether an order may carry the parameter at all.
    package func takes(_ parameter: Parameter) -> Bool {
        required.contains(parameter) || optional.contains(parameter)
    }
}

extension OrderType {
    /// Every kind of order that can be sold. Services of any other kind are imported disabled.
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

    /// The kind that a catalogue calls `spelling`: in any case, with underscores for spaces.
    package static func named(_ spelling: String) -> OrderType? {
        byName[spelling] ?? byFoldedName[folded(spelling)]
    }

    /// By the exact names that the ledger keeps: these are looked up for every order.
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let byFoldedName = Dictionary(
        uniqueKeysWithValues: all.map { (folded($0.name), $0) })

    private static func folded(_ name: String) -> String {
        name.lowercased().split(whereSeparator: { $0 == "_" || $0.isWhitespace })
            .joined(separator: " ")
    }
}
