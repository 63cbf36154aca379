import Ledger
import Providers
import Settings
import StrictJSON
import Trade

extension Intent {
    /// The request to the provider: link and quantity, then the other parameters of its type.
    ///
    /// A panel that demands a quantity for every type gets the units that are paid for: the number
    /// of comments, or 1 for a package. A subscription has its own quantity in each post.
    ///
    /// - Parameter habit: for which orders the provider wants a quantity.
    /// - Returns: the action that places the order.
    /// - Throws: `JSONError` if the ledger's parameters are not JSON.
    func action(_ habit: ProviderSettings.Quantity) throws -> Action {
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
        let isSubscription = values.contains { $0.name == Parameter.posts.rawValue }
        if habit == .always, quantity == nil, !isSubscription {
            values.append(("quantity", String(billedUnits)))
        }
        return .add(service: providerService, parameters: values)
    }
}
