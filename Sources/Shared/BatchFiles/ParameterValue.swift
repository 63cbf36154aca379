import Trade

/// The value of one parameter, in the form the parameter wants.
package enum ParameterValue: Equatable {
    case text(String)
    case integer(Int64)
    case lines([String])

    /// Takes the parameter out of a line; nil if the line does not have it.
    ///
    /// - Parameters:
    ///   - parameter: which one.
    ///   - fields: the line.
    /// - Throws: `Rejection` for a value that is not of the parameter's form.
    package init?(_ parameter: Parameter, _ fields: inout LineFields) throws(Rejection) {
        let key = parameter.rawValue
        switch parameter.form {
        case .text:
            let text = try fields.text(
                key, longest: Text.longestLink, isTrimmed: parameter == .link)
            guard let text else { return nil }
            self = .text(text)
        case .list:
            guard
                let lines = try fields.list(key, undoingEscapes: parameter == .comments)
            else { return nil }
            self = .lines(lines)
        case .integer(let range):
            guard let integer = try fields.integer(key) else { return nil }
            guard range.contains(integer) else {
                // The most of a quantity is up to the service, and checked there.
                let wanted =
                    range.upperBound == .max
                    ? "1 or more" : "from \(range.lowerBound) to \(range.upperBound)"
                throw Rejection(.badValue, "\(key) must be \(wanted), not \(integer)")
            }
            self = .integer(integer)
        case .choice(let choices):
            guard let integer = try fields.integer(key) else { return nil }
            guard choices.contains(integer) else {
                let list = choices.map(String.init).joined(separator: ", ")
                throw Rejection(.badValue, "\(key) must be one of \(list), not \(integer)")
            }
            self = .integer(integer)
        case .date:
            guard let text = try fields.text(key) else { return nil }
            guard Self.isDate(text) else {
                throw Rejection(.badValue, "\(key) must be a day such as 31/12/2026")
            }
            self = .text(text)
        }
    }

    /// Whether a text is a day as the trade writes it: day, month and year.
    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[..<2].allSatisfy({ $0.utf8.count <= 2 }),
            parts[2].utf8.count == 4,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let day = Int(parts[0]), let month = Int(parts[1]), let year = Int(parts[2])
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }
}
