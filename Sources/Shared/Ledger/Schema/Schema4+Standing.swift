/// What stands still, and whether somebody was told.
extension Schema4 {
    static let standing = ""
}
