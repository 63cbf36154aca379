import Ledger
import StrictJSON
import Trade

/// An order's parameters together: what they say about each other, and how they are billed.
struct ParameterValues {
    private var values: [(parameter: Parameter, value: ParameterValue)]

    init(_ values: [(Parameter, ParameterValue)]) {
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

    /// Checks what the service allows, and what one parameter says about another.
    func check(against service: Service) throws(Rejection) {
        if let (units, name) = amountOfUnits(service.type?.billing ?? .quantity) {
            try Self.check(units, name, service)
        }
        if let least = integer(.min), let most = integer(.max) {
            guard least <= most else { throw Rejection(.badValue, "min must not be above max") }
            try Self.check(least, "min", service)
            try Self.check(most, "max", service)
        }
        if let traffic = integer(.typeOfTraffic) {
            try check(.googleKeyword, belongsTo: 1, traffic)
            try check(.referringURL, belongsTo: 2, traffic)
        }
    }

    private static func check(
        _ units: Int64, _ name: String, _ service: Service
    ) throws(Rejection) {
        let least = max(1, service.minimum)
        guard units >= least else {
            throw Rejection(
                .quantityTooSmall,
                "\(name) \(units) is less than the service's minimum of \(least)")
        }
        // Times `runs`, which has 32 bits, it must still be countable.
        let most = min(service.maximum, Int64(Int32.max))
        guard units <= most else {
            throw Rejection(
                .quantityTooLarge,
                "\(name) \(units) is more than the service's maximum of \(most)")
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

    /// What the service's least and most are compared with, and its name; nil for packages and
    /// subscriptions.
    private func amountOfUnits(_ billing: Billing) -> (units: Int64, name: String)? {
        switch billing {
        case .quantity: integer(.quantity).map { ($0, "quantity") }
        case .lines(let list): lineCount(list).map { ($0, "the number of \(list.rawValue)") }
        case .package, .maximumTimesPosts: nil
        }
    }

    /// The units the order is billed for (provider-api.md §4), once `check` has passed: then what
    /// is multiplied has 32 bits, and what a type bills is among what it requires.
    func billedUnits(_ billing: Billing) -> Int64 {
        switch billing {
        case .quantity: integer(.quantity)! * (integer(.runs) ?? 1)
        case .lines(let list): lineCount(list)!
        case .package: 1
        case .maximumTimesPosts: integer(.max)! * integer(.posts)!
        }
    }

    mutating func takeText(_ parameter: Parameter) -> String? {
        guard case .text(let text)? = take(parameter) else { return nil }
        return text
    }

    mutating func takeInteger(_ parameter: Parameter) -> Int64? {
        guard case .integer(let integer)? = take(parameter) else { return nil }
        return integer
    }

    private mutating func take(_ parameter: Parameter) -> ParameterValue? {
        guard let index = values.firstIndex(where: { $0.parameter == parameter }) else {
            return nil
        }
        return values.remove(at: index).value
    }

    /// What was not taken, as one JSON object; lists newline-joined, as they will be sent. The same
    /// order written twice gives the same bytes.
    var json: String? {
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
