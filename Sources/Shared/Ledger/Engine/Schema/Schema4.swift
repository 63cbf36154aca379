/// What the first users met (CHANGELOG.md): each part is one concern, in a file of its own.
enum Schema4 {
    static let sql = [identity, sale, sending, following, standing].joined(separator: "\n")
}
