import Ledger
import Money
import OrderTypes
import StrictJSON

/// One order as the reseller wrote it, checked against what its service sells (provider-api.md §4).
struct OrderLine {
    let ref: String
    let service: Service
    let type: OrderType
    let link: String?
    let quantity: Int64?
    /// What the type takes besides link and quantity, as a JSON object; nil if nothing was given.
    let parameters: String?
    let billedUnits: Int64
    /// The most he wants to pay per thousand; nil if he does not say.
    let maxRate: Rate?
}

extension OrderLine {
    /// - Parameter find: the service of an id, or nil.
    /// - Throws: `Rejection`; what `find` throws.
    init(
        _ fields: inout LineFields, ref: String, find: (ServiceID) throws -> Service?
    ) throws {
        let id: ServiceID = try required(fields.identifier("service"), "service")
        guard let service = try find(id) else {
            throw Rejection(.unknownService, "there is no service \(id)")
        }
        guard service.isEnabled, let type = service.type else {
            throw Rejection(.serviceDisabled, "service \(id) is not on sale")
        }
        let maxRate = try fields.rate("max_rate")
        var values = ParameterValues(try Self.values(of: type, service, &fields))
        try fields.checkNothingRemains()
        try values.check(against: service)

        self.ref = ref
        self.service = service
        self.type = type
        self.maxRate = maxRate
        billedUnits = try values.billedUnits(type.billing)
        link = values.takeText(.link)
        quantity = values.takeInteger(.quantity)
        parameters = values.json
    }

    /// The values of the parameters that the type takes.
    private static func values(
        of type: OrderType, _ service: Service, _ fields: inout LineFields
    ) throws(Rejection) -> [(Parameter, ParameterValue)] {
        for parameter in [Parameter.runs, .interval]
        where fields.remaining.contains(parameter.rawValue) {
            guard type.takes(parameter), service.drips else {
                throw Rejection(
                    .dripfeedNotAllowed,
                    "service \(service.id) has no drip-feed; leave out \(parameter.rawValue)")
            }
        }
        var values: [(Parameter, ParameterValue)] = []
        for parameter in type.required {
            let value = try ParameterValue(parameter, &fields)
            values.append((parameter, try required(value, parameter.rawValue)))
        }
        for parameter in type.optional {
            if let value = try ParameterValue(parameter, &fields) {
                values.append((parameter, value))
            }
        }
        return values
    }
}

/// The value of one parameter, in the form the parameter wants.
enum ParameterValue: Equatable {
    case text(String)
    case integer(Int64)
    case lines([String])

    /// Nil where the line does not have it.
    init?(_ parameter: Parameter, _ fields: inout LineFields) throws(Rejection) {
        let key = parameter.rawValue
        switch parameter.form {
        case .text:
            guard let text = try fields.text(key, longest: Text.longestLink) else { return nil }
            self = .text(text)
        case .list:
            guard
                let lines = try fields.list(key, undoingEscapes: parameter == .comments)
            else { return nil }
            self = .lines(lines)
        case .integer(let range):
            guard let integer = try fields.integer(key) else { return nil }
            guard range.contains(integer) else {
                throw Rejection(
                    .badValue,
                    "\(key) must be from \(range.lowerBound) to \(range.upperBound), not \(integer)"
                )
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

    /// Day, month and year, in the trade's order.
    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].utf8.count == 4,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let day = Int(parts[0]), let month = Int(parts[1]), let year = Int(parts[2])
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }
}

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
        if let quantity = amountOfUnits(service.type?.billing ?? .quantity) {
            try Self.check(quantity, service)
        }
        if let least = integer(.min), let most = integer(.max) {
            guard least <= most else { throw Rejection(.badValue, "min must not be above max") }
            try Self.check(least, service)
            try Self.check(most, service)
        }
        if let traffic = integer(.typeOfTraffic) {
            try check(.googleKeyword, belongsTo: 1, traffic)
            try check(.referringURL, belongsTo: 2, traffic)
        }
    }

    private static func check(_ quantity: Int64, _ service: Service) throws(Rejection) {
        guard quantity >= service.minimum else {
            throw Rejection(
                .quantityTooSmall, "\(quantity) is less than the service's \(service.minimum)")
        }
        guard quantity <= service.maximum else {
            throw Rejection(
                .quantityTooLarge, "\(quantity) is more than the service's \(service.maximum)")
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

    /// What the service's least and most are compared with; nil for packages and subscriptions.
    private func amountOfUnits(_ billing: Billing) -> Int64? {
        switch billing {
        case .quantity: integer(.quantity)
        case .lines(let list): lineCount(list)
        case .package, .maximumTimesPosts: nil
        }
    }

    /// The units the order is billed for (provider-api.md §4).
    func billedUnits(_ billing: Billing) throws(Rejection) -> Int64 {
        let factors: (Int64, Int64) =
            switch billing {
            case .quantity: (integer(.quantity) ?? 1, integer(.runs) ?? 1)
            case .lines(let list): (lineCount(list) ?? 1, 1)
            case .package: (1, 1)
            case .maximumTimesPosts: (integer(.max) ?? 1, integer(.posts) ?? 1)
            }
        let (units, overflow) = factors.0.multipliedReportingOverflow(by: factors.1)
        guard !overflow else { throw Rejection(.quantityTooLarge, "more than can be counted") }
        return units
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
