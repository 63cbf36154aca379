import Money

/// One service that the sandbox sells.
package struct Service: Sendable {
    package let id: Int64
    package let name: String
    /// The kind of order as a catalogue prints it; `OrderType.named` may not know it.
    package let type: String
    package let category: String
    /// The price of 1000 units, or of one package.
    package let rate: Rate
    /// How many units one order may have.
    package let quantities: ClosedRange<Int64>
    package let offers: Set<Offer>
}

/// What a service allows besides orders.
package enum Offer: Sendable {
    case dripfeed, refill, cancel
}

extension Service {
    /// The services on sale: every kind of order, and oddities that a careless reader trips over.
    package static let catalogue: [Service] = [
        .init(
            101, "Instagram Followers", "Default", "Instagram", 900_000, 100...50_000,
            .dripfeed, .refill, .cancel),
        .init(
            102, "Instagram Likes ❤️ [Real · No drop]", "Default", "Instagram", 120_000,
            10...100_000,
            .dripfeed),
        .init(
            103, "Instagram Story Views &amp; Reach &#8211; Fast", "Default", "Instagram", 10_000,
            100...2_147_483_647),
        .init(104, "Instagram Saves", "Default", "Instagram", 75_000, 10...20_000, .cancel),
        .init(
            105, "Instagram Starter Package", "Package", "Instagram", 4_500_000, 1...1, .refill),
        .init(
            106, "Instagram Custom Comments", "Custom Comments", "Instagram", 12_500_000, 1...500,
            .cancel),
        .init(
            107, "Instagram Ten Comments", "Custom Comments Package", "Instagram", 1_990_000,
            1...1),
        .init(
            110, "Instagram Mentions", "Mentions", "Instagram Mentions", 3_000_000, 10...10_000),
        .init(
            111, "Instagram Mentions with Hashtags", "Mentions with Hashtags",
            "Instagram Mentions", 3_250_000, 10...10_000),
        .init(
            112, "Instagram Mentions from Your List", "Mentions Custom List",
            "Instagram Mentions", 3_500_000, 1...1_000),
        .init(
            113, "Instagram Mentions by Hashtag", "Mentions Hashtag", "Instagram Mentions",
            2_750_000, 10...10_000),
        .init(
            114, "Instagram Mentions of a User's Followers", "Mentions User Followers",
            "Instagram Mentions", 2_900_000, 10...10_000),
        .init(
            115, "Instagram Mentions of a Post's Likers", "Mentions Media Likers",
            "Instagram Mentions", 2_950_000, 10...10_000),
        .init(
            120, "Instagram Auto Likes", "Subscriptions", "Instagram Auto", 150_000, 10...10_000,
            .cancel),
        .init(
            201, "YouTube Views", "Default", "YouTube", 1_234_567, 100...1_000_000,
            .dripfeed, .refill, .cancel),
        .init(202, "YouTube Comment Likes", "Comment Likes", "YouTube", 5_000_000, 5...5_000),
        .init(203, "YouTube Comment Replies", "Comment Replies", "YouTube", 15_000_000, 1...200),
        .init(204, "YouTube Live Viewers", "Live Stream", "YouTube", 9_000_000, 50...5_000),
        .init(
            301, "Telegram Members", "Default", "Telegram", 650_000, 100...100_000,
            .refill, .cancel),
        .init(302, "Telegram Poll Votes", "Poll", "Telegram", 800_000, 10...50_000),
        .init(303, "متابعين تيليجرام", "Default", "Telegram", 700_000, 100...10_000),
        .init(
            304, "VK Invites from Groups", "Invites from Groups", "VK", 2_000_000, 100...20_000),
        .init(
            401, "Website Traffic by Country", "Web Traffic", "Website", 350_000,
            500...10_000_000, .dripfeed, .cancel),
        .init(402, "Search Ranking", "SEO", "Website", 25_000_000, 10...5_000),
        .init(
            501, "X Followers, Verified", "Default", "X (Twitter)", 90_000_000, 10...1_000,
            .refill, .cancel),
    ]

    private init(
        _ id: Int64, _ name: String, _ type: String, _ category: String, _ rateMicros: Int64,
        _ quantities: ClosedRange<Int64>, _ offers: Offer...
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.category = category
        self.rate = Rate(micros: rateMicros)
        self.quantities = quantities
        self.offers = Set(offers)
    }

    private static let byID = Dictionary(uniqueKeysWithValues: catalogue.map { ($0.id, $0) })

    /// The service that a client calls `id`; nil if nothing is sold under that id.
    static func named(_ id: String?) -> Service? {
        id.flatMap { Int64($0) }.flatMap { byID[$0] }
    }

    /// The service as a row of the answer to `services`.
    var reply: Reply {
        .object([
            "service": .id(id),
            "name": .text(name),
            "type": .type(type),
            "category": .text(category),
            "rate": .price(rate.description),
            "min": .count(quantities.lowerBound),
            "max": .count(quantities.upperBound),
            "dripfeed": .flag(offers.contains(.dripfeed)),
            "refill": .flag(offers.contains(.refill)),
            "cancel": .flag(offers.contains(.cancel)),
        ])
    }
}
