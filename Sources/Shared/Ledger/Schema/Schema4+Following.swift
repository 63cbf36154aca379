/// What poll asks, how often, and when it gives up asking.
extension Schema4 {
    static let following = ""
}
