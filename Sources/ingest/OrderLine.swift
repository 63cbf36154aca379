import BatchFiles
import Ledger
import Money
import Trade

/// One order as the reseller wrote it, checked against what its service sells (provider-api.md §4).
struct OrderLine {
    let ref: String
    let terms: ServiceTerms
    let service: Service
    let type: OrderType
    let link: String?
    let quantity: Int64?
    /// The parameters besides link and quantity, as a JSON object; nil if there are none.
    let parameters: String?
    let billedUnits: Int64
    /// The highest rate that the reseller accepts; nil if the line does not say.
    let maxRate: Rate?
}

extension OrderLine {
    /// Reads an order, and checks it against its service.
    ///
    /// - Parameters:
    ///   - fields: the line; all its members are taken.
    ///   - ref: the order's reference.
    ///   - known: the user's terms.
    /// - Throws: `Rejection`; what the look-up of a service throws.
    init(_ fields: inout LineFields, ref: String, on known: KnownTerms) throws {
        let id = try required(fields.service(), "service")
        let terms = try known.terms(of: id)
        guard let service = terms.service else {
            throw Rejection(.unknownService, "there is no service \(id)")
        }
        guard service.isEnabled, service.isServed, let type = service.type else {
            throw Rejection(.serviceDisabled, "service \(id) is not on sale")
        }
        let maxRate = try fields.rate("max_rate")
        var values = ParameterValues(try Self.values(of: type, service, &fields))
        try fields.checkNothingRemains()
        try values.check(
            type.billing, within: UnitLimits(least: service.minimum, most: service.maximum))

        self.ref = ref
        self.terms = terms
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
