import Ledger
import StrictJSON

/// The users as `admin user list` shows them.
enum UserList {
    static func text(_ users: [UserStanding]) -> String {
        let rows = users.map { user in
            [
                user.user.rawValue, user.role, user.isBanned ? "banned" : "-",
                "\(user.available)", "\(user.held)", user.email ?? "-",
            ]
        }
        return Columns.text([["user", "role", "banned", "available", "held", "email"]] + rows)
    }

    static func write(_ users: [UserStanding], to json: inout JSONWriter) {
        json.list("users", users) { user, json in
            json.member("user", user.user.rawValue)
            json.member("role", user.role)
            json.member("email", user.email)
            json.key("banned")
            json.bool(user.isBanned)
            json.member("available", "\(user.available)")
            json.member("held", "\(user.held)")
        }
    }
}

/// Rows for people, in columns.
enum Columns {
    static func text(_ rows: [[String]]) -> String {
        let widths = rows.reduce(into: [Int]()) { widths, row in
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                // No blanks at the end of a line.
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension JSONWriter {
    /// A key with an array of objects.
    mutating func list<Element>(
        _ key: String, _ elements: [Element], _ body: (Element, inout JSONWriter) -> Void
    ) {
        self.key(key)
        beginArray()
        for element in elements {
            beginObject()
            body(element, &self)
            endObject()
        }
        endArray()
    }
}
