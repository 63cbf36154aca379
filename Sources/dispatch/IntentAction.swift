import Ledger
import Providers
import StrictJSON

extension Intent {
    /// What the provider is told: link and quantity, then what else its type takes.
    ///
    /// - Throws: `JSONError` where the ledger's parameters are no JSON.
    var action: Action {
        get throws {
            var values: [(name: String, value: String)] = []
            if let link { values.append(("link", link)) }
            if let quantity { values.append(("quantity", String(quantity))) }
            if let parameters,
                case .object(let members) = try JSONValue(parsing: Array(parameters.utf8))
            {
                for member in members {
                    switch member.value {
                    case .string(let text): values.append((member.key, text))
                    case .number(let number): values.append((member.key, number.text))
                    default: preconditionFailure("the ledger keeps text and numbers")
                    }
                }
            }
            return .add(service: providerService, parameters: values)
        }
    }
}
