import StrictJSON
import Trade

/// An order's parameters together: what they say about each other, and the units they are billed
/// for.
package struct ParameterValues {
    private var values: [(parameter: Parameter, value: ParameterValue)]

    package init(_ values: [(Parameter, ParameterValue)]) {
        self.values = values.map { (parameter: $0.0, value: $0.1) }
    }

    private subscript(_ parameter: Parameter) -> ParameterValue? {
        values.first { $0.parameter == parameter }?.value
    }

    private func integer(_ parameter: Parameter) -> Int64? {
        if case .integer(let value)? = self[parameter] { value } else { nil }
    }

    private func lineCount(_ parameter: Parameter) -> Int64? {
        if case .lines(let lines)? = self[parameter] { Int64(lines.count) } else { nil }
    }

    /// Checks the parameters against the least and the most that their service sells, and against
    /// each other.
    ///
    /// - Parameters:
    ///   - billing: how orders of the service's type are billed.
    ///   - limits: the least and the most units of one order.
    /// - Throws: `Rejection`.
    package func check(_ billing: Billing, within limits: UnitLimits) throws(Rejection) {
        if let (units, name) = amountOfUnits(billing) { try limits.check(units, name) }
        if let least = integer(.min), let most = integer(.max) {
            guard least <= most else { throw Rejection(.badValue, "min must not be above max") }
            try limits.check(least, "min")
            try limits.check(most, "max")
        }
        if let traffic = integer(.typeOfTraffic) {
            try check(.googleKeyword, belongsTo: 1, traffic)
            try check(.referringURL, belongsTo: 2, traffic)
        }
    }

    private func check(
        _ parameter: Parameter, belongsTo wanted: Int64, _ traffic: Int64
    ) throws(Rejection) {
        guard self[parameter] == nil || traffic == wanted else {
            throw Rejection(
                .badValue, "\(parameter.rawValue) belongs to type_of_traffic \(wanted) only")
        }
    }

    /// The units that the service's limits apply to, with their name in a sentence; nil for
    /// packages and subscriptions.
    private func amountOfUnits(_ billing: Billing) -> (units: Int64, name: String)? {
        switch billing {
        case .quantity: integer(.quantity).map { ($0, "quantity") }
        case .lines(let list): lineCount(list).map { ($0, "the number of \(list.rawValue)") }
        case .package, .maximumTimesPosts: nil
        }
    }

    /// The units the order is billed for (provider-api.md §4).
    ///
    /// After `check` has passed, both factors have 32 bits, so their product has 64.
    ///
    /// - Parameter billing: how the order's type is billed.
    /// - Returns: the units.
    /// - Throws: `Rejection` if a parameter that is billed is missing; a type requires those.
    package func billedUnits(_ billing: Billing) throws(Rejection) -> Int64 {
        switch billing {
        case .quantity:
            try required(integer(.quantity), Parameter.quantity.rawValue) * (integer(.runs) ?? 1)
        case .lines(let list): try required(lineCount(list), list.rawValue)
        case .package: 1
        case .maximumTimesPosts:
            try required(integer(.max), Parameter.max.rawValue)
                * required(integer(.posts), Parameter.posts.rawValue)
        }
    }

    package mutating func takeText(_ parameter: Parameter) -> String? {
        guard case .text(let text)? = take(parameter) else { return nil }
        return text
    }

    package mutating func takeInteger(_ parameter: Parameter) -> Int64? {
        guard case .integer(let integer)? = take(parameter) else { return nil }
        return integer
    }

    private mutating func take(_ parameter: Parameter) -> ParameterValue? {
        guard let index = values.firstIndex(where: { $0.parameter == parameter }) else {
            return nil
        }
        return values.remove(at: index).value
    }

    /// The parameters that were not taken, as one JSON object; lists are newline-joined, as they
    /// will be sent. The same order written twice gives the same bytes.
    package var json: String? {
        guard !values.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        for (parameter, value) in values {
            writer.key(parameter.rawValue)
            switch value {
            case .text(let text): writer.string(text)
            case .integer(let integer): writer.integer(integer)
            case .lines(let lines): writer.string(lines.joined(separator: "\n"))
            }
        }
        writer.endObject()
        return String(decoding: writer.drain(), as: UTF8.self)
    }
}

/// The least and the most units that one order of a service may have.
package struct UnitLimits {
    private let least: Int64
    private let most: Int64

    package init(least: Int64, most: Int64) {
        self.least = max(1, least)
        // Multiplied by `runs`, which has 32 bits, the units must still be countable.
        self.most = min(most, Int64(Int32.max))
    }

    fileprivate func check(_ units: Int64, _ name: String) throws(Rejection) {
        guard units >= least else {
            throw Rejection(
                .quantityTooSmall,
                "\(name) \(units) is less than the service's minimum of \(least)")
        }
        guard units <= most else {
            throw Rejection(
                .quantityTooLarge,
                "\(name) \(units) is more than the service's maximum of \(most)")
        }
    }
}
