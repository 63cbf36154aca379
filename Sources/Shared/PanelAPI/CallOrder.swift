import BatchFiles
import Identity
import Ledger
import StrictJSON
import Trade

/// The order that a call to `add` asks for, checked against what its service sells and written as
/// a line of a batch.
///
/// The checks are those of `ingest`, by the same code; here they find out which parameter is wrong,
/// so that the answer can say it in the trade's words. What `ingest` says counts.
package struct CallOrder {
    let link: String?
    let quantity: Int64?
    /// The parameters besides link and quantity, as the ledger keeps them.
    let parameters: String?
    /// The line's members besides `ref`.
    private let members: [(parameter: Parameter, value: CallValue)]
    private let service: ServiceID

    /// Reads the parameters that the type takes, and leaves out all others: clients send
    /// `quantity` with comments, and whatever else they have a field for.
    ///
    /// - Parameters:
    ///   - form: the call.
    ///   - service: the number of the service.
    ///   - type: what it sells.
    ///   - drips: whether it sells drip-feed.
    ///   - limits: the least and the most units of one order.
    /// - Throws: `TradeError`, about the first parameter that is missing or wrong.
    package init(
        _ form: CallForm, for service: ServiceID, _ type: OrderType, drips: Bool,
        within limits: ClosedRange<Int64>
    ) throws(TradeError) {
        self.service = service
        let runs = try Self.runs(form, type, drips: drips)
        var members: [(parameter: Parameter, value: CallValue)] = []
        for parameter in type.required {
            guard let text = form[parameter] else { throw .missing(parameter) }
            members.append((parameter, try CallValue(text, of: parameter)))
        }
        for parameter in type.optional {
            guard let text = form[parameter] else { continue }
            switch parameter {
            case .runs where runs == nil, .interval where runs == nil: continue
            case .interval where text == "0": continue
            default: members.append((parameter, try CallValue(text, of: parameter)))
            }
        }
        self.members = members
        var values = try Self.values(of: members)
        do throws(Rejection) {
            try values.check(
                type.billing,
                within: UnitLimits(least: limits.lowerBound, most: limits.upperBound))
        } catch {
            throw TradeError(error.code, within: limits, isSold: true)
        }
        link = values.takeText(.link)
        quantity = values.takeInteger(.quantity)
        parameters = values.json
    }

    /// How often a drip-feed order runs; nil for one that is delivered at once. Clients that have a
    /// field for it send 0 or 1 for all others.
    private static func runs(
        _ form: CallForm, _ type: OrderType, drips: Bool
    ) throws(TradeError) -> Int64? {
        guard type.takes(.runs), let text = form[.runs] else { return nil }
        guard let runs = Int64(text), runs >= 0 else { throw .invalidRuns }
        guard runs > (drips ? 0 : 1) else { return nil }
        // To deliver it once, as if nothing had been said, would sell less than was asked for.
        guard drips else { throw .invalidRuns }
        return runs
    }

    /// The values as `ingest` will read them.
    private static func values(
        of members: [(parameter: Parameter, value: CallValue)]
    ) throws(TradeError) -> ParameterValues {
        var json = JSONWriter()
        json.beginObject()
        for member in members { json.member(member.parameter, member.value) }
        json.endObject()
        var fields = LineFields()
        var reader = JSONReader(bytes: json.bytes)
        do { try fields.read(from: &reader) } catch { throw .incorrectRequest }
        var values: [(Parameter, ParameterValue)] = []
        for (parameter, _) in members {
            do throws(Rejection) {
                if let value = try ParameterValue(parameter, &fields) {
                    values.append((parameter, value))
                }
            } catch {
                throw .bad(parameter)
            }
        }
        return ParameterValues(values)
    }

    /// The line of a batch that orders it.
    package func line(ref: String?) -> CallLine {
        var json = JSONWriter()
        json.beginObject()
        if let ref { json.member("ref", ref) }
        json.member("service", service.rawValue)
        for member in members { json.member(member.parameter, member.value) }
        json.endObject()
        return CallLine(
            kind: .orders, ref: ref, refusesSecondOrder: ref == nil, object: json.bytes)
    }

    /// Whether an order of the ledger is this one: the same service, page, quantity and parameters.
    func isSame(as order: OwnOrder, _ links: LinkRule) -> Bool {
        let isSameLink =
            link == order.link || link.map { links.spelling($0).key } == order.linkKey
        return service == order.service && isSameLink && quantity == order.quantity
            && parameters == order.parameters
    }
}

/// A parameter's value, in the form in which a batch has it.
enum CallValue {
    case integer(Int64)
    case text(String)
    case list([String])

    init(_ text: String, of parameter: Parameter) throws(TradeError) {
        switch parameter.form {
        case .integer, .choice:
            guard let number = Int64(text) else { throw .bad(parameter) }
            self = .integer(number)
        case .list:
            self = WrittenList.elements(of: text).map { .list($0) } ?? .text(text)
        case .text, .date:
            self = .text(text)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ parameter: Parameter, _ value: CallValue) {
        switch value {
        case .integer(let number): member(parameter.rawValue, number)
        case .text(let text): member(parameter.rawValue, text)
        case .list(let elements):
            key(parameter.rawValue)
            beginArray()
            for element in elements { string(element) }
            endArray()
        }
    }
}
