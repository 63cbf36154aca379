/// A statement's text with its values, written as one interpolated string.
///
///     try db.run("UPDATE orders SET due_at = \(due) WHERE id = \(order)")
///
/// Each value becomes a parameter `?1 ?2 …`; none is ever pasted into the text. The text is the key
/// under which the prepared statement is kept, so pasted text (`raw:`) must be constant.
package struct SQL: ExpressibleByStringInterpolation {
    /// What stands before, between and after the values: one piece more than there are values.
    private var pieces: [String]
    package private(set) var values: [SQLValue] = []

    package init(stringLiteral text: String) {
        pieces = [text]
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    package var text: String {
        guard !values.isEmpty else { return pieces[0] }
        var text = pieces[0]
        for (number, piece) in pieces.dropFirst().enumerated() {
            text += "?\(number + 1)"
            text += piece
        }
        return text
    }
}

extension SQL {
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql: SQL = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.pieces.reserveCapacity(interpolationCount + 1)
            sql.values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            sql.pieces[sql.pieces.count - 1] += literal
        }

        /// A value, as a parameter.
        package mutating func appendInterpolation(_ value: some Column) {
            sql.values.append(value.sqlValue)
            sql.pieces.append("")
        }

        /// A value that may be NULL, as a parameter.
        package mutating func appendInterpolation<Value: Column>(_ value: Value?) {
            sql.values.append(value.sqlValue)
            sql.pieces.append("")
        }

        /// Constant text, pasted as it is.
        package mutating func appendInterpolation(raw text: String) {
            appendLiteral(text)
        }

        /// Another statement's text and values, in this place.
        package mutating func appendInterpolation(_ other: SQL) {
            appendLiteral(other.pieces[0])
            sql.pieces += other.pieces.dropFirst()
            sql.values += other.values
        }
    }
}
