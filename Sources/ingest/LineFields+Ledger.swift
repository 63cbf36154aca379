import BatchFiles
import Ledger
import Money
import Settings

/// Members of a line that name something in the ledger.
extension LineFields {
    mutating func user() throws(Rejection) -> UserID? {
        try userName("user").flatMap(UserID.init(rawValue:))
    }

    mutating func service() throws(Rejection) -> ServiceID? {
        try positiveInteger("service").map { ServiceID($0) }
    }

    mutating func order() throws(Rejection) -> OrderID? {
        try positiveInteger("order").map { OrderID($0) }
    }
}

extension Settings {
    /// The currencies that can be turned into the house's, which comes first.
    var acceptedCurrencies: [Currency] {
        [currency] + exchangeRates.keys.sorted()
    }
}
