import Tables

/// Who dropped a file, as the ledger knows them: a user, the desk, or a named desk.
package struct FileOwner: Hashable, Sendable {
    /// Nil for a desk.
    package let user: UserID?
    /// The name of a named desk.
    package let desk: String?

    package init(user: UserID?, desk: String? = nil) {
        self.user = user
        self.desk = desk
    }
}

extension FileOwner {
    /// Who has no file in the ledger, because no user can have their name.
    package static let nobody = FileOwner(user: nil, desk: "")

    private static let mark: Character = "@"

    /// What the owner is known by in the ledger: the user's name, nothing for the desk, `@web` for
    /// a desk named web.
    var key: String { user?.rawValue ?? desk.map { "\(Self.mark)\($0)" } ?? "" }

    init(key: String) {
        let desk = key.first == Self.mark ? String(key.dropFirst()) : nil
        self.init(user: desk == nil ? UserID(rawValue: key) : nil, desk: desk)
    }

    /// The owner in a sentence.
    var words: String { user?.rawValue ?? desk.map { "the desk \($0)" } ?? "the desk" }

    /// The key of a row of `files`, as its indexes have it.
    static let column = "coalesce(user_id, '@' || desk, '')"
}
