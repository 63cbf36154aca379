/// A value as it stands in a column. There are no fractions: money and times are whole numbers.
@usableFromInline package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
}

extension SQLValue: CustomStringConvertible {
    @usableFromInline package var description: String {
        switch self {
        case .null: "NULL"
        case .integer(let integer): "\(integer)"
        case .text(let text): text.debugDescription
        }
    }
}
