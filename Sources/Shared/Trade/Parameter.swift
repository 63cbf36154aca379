/// What an order can carry, under the name that API v2 and our batch files share.
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

    /// The form of this parameter's value.
    package var form: Form {
        switch self {
        case .keywords, .comments, .usernames, .hashtags, .groups: .list
        // The service itself says how much is too little or too much.
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

    /// How many minutes a subscription may wait before it serves a new post.
    static let delays: [Int64] = [
        0, 5, 10, 15, 20, 30, 40, 50, 60, 90, 120, 150, 180, 210, 240, 270, 300, 360, 420, 480, 540,
        600,
    ]
}

/// The form of a parameter's value.
package enum Form: Equatable, Sendable {
    /// One line of text.
    case text
    /// Several lines: an array of strings or one newline-joined string; sent newline-joined.
    case list
    /// A whole number within bounds.
    case integer(ClosedRange<Int64>)
    /// One of these whole numbers.
    case choice([Int64])
    /// A day, written d/m/Y.
    case date
}
