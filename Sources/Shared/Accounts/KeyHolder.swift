/// Whose a key is.
package enum KeyHolder: Hashable, Sendable {
    /// A user of the ledger, by name.
    case user(String)
    /// A named desk (`desks:` in the configuration).
    case desk(String)
}

extension KeyHolder: CustomStringConvertible {
    /// `acme`, or `@payments` for a desk, as its folders are called.
    package var description: String {
        switch self {
        case .user(let name): name
        case .desk(let name): "@\(name)"
        }
    }
}

/// What a key opens.
package enum KeyScope: String, CaseIterable, Sendable, Comparable {
    /// Every call that only looks: balance, prices, orders, receipts, the outbox.
    case read
    /// Orders, refills and cancels, one batch a call or by API v2.
    case orders
    /// Dropping a file. Such a call may also read that file's receipt.
    case files

    package static func < (one: Self, other: Self) -> Bool { one.place < other.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Set<KeyScope> {
    /// All that a user's key can open.
    package static var all: Self { Set(KeyScope.allCases) }
    /// All that a desk's key can open: a desk has no orders and no balance.
    package static var ofDesk: Self { [.files] }

    /// `read,orders,files`.
    package var text: String { sorted().map(\.rawValue).joined(separator: ",") }

    /// Nil if one is unknown, or there is none.
    package init?(text: some StringProtocol) {
        let scopes = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { KeyScope(rawValue: String($0)) }
        guard !scopes.contains(nil) else { return nil }
        self = Set(scopes.compactMap { $0 })
    }
}
