import Money
import StrictJSON

/// A provider's list of services.
package struct Catalogue: Equatable, Sendable {
    package internal(set) var entries: [CatalogueEntry] = []
    /// The rows nobody can sell from, which do not spoil the others.
    package internal(set) var unreadable: [UnreadableRow] = []
}

/// One service, as the provider sells it to us. Whatever is wrong with it spoils it alone.
package struct CatalogueEntry: Equatable, Sendable {
    /// The provider's id.
    package let service: String
    package let name: String
    /// The type's name as the provider spells it; `OrderType.named` knows what it means.
    package let type: String
    package let category: String
    /// In the provider's currency; zero at some, nil where it is no price that can be counted.
    package let rate: Rate?
    /// The smallest quantity of one order.
    package let min: Int64
    /// The largest quantity of one order; less than `min` at some. 2,147,483,647 means any, and so does
    /// what is beyond it.
    package let max: Int64
    package let refill: Bool
    package let cancel: Bool
    package let dripfeed: Bool
    /// What in the row makes no sense, as a sentence without its full stop; nil if all does.
    package let fault: String?
}

/// A row of a list of services that is about none.
package struct UnreadableRow: Equatable, Sendable {
    /// Its place in the list, from 1.
    package let row: Int
    /// What is wrong with it, as a sentence without its full stop.
    package let reason: String
}

extension ProviderEndpoint {
    /// The list of services in the reply to `Action.services`.
    package func catalogue(in finished: Finished) -> Result<Catalogue, ReplyFailure> {
        answer(in: finished) { document throws(ReplyFailure) in
            let list = document.first(of: ["services", "data"]) ?? document
            if let rows = list.elements { return Catalogue(rows) }
            // Quirk 15: an empty list may be a sentence.
            if document["data"]?.text?.folded == "emptydata" { return Catalogue() }
            throw ReplyFailure(.unreadable, text: "there is no list of services in it")
        }
    }
}

extension Catalogue {
    /// Reads row by row; a service that is listed again is taken as it came first.
    fileprivate init(_ rows: [JSONValue]) {
        var services: Set<String> = []
        for (index, row) in rows.enumerated() {
            guard let entry = CatalogueEntry(row) else {
                unreadable.append(UnreadableRow(row: index + 1, reason: "it has no service id"))
                continue
            }
            if services.insert(entry.service).inserted {
                entries.append(entry)
            } else {
                let reason = "service \(entry.service) is listed above"
                unreadable.append(UnreadableRow(row: index + 1, reason: reason))
            }
        }
    }
}

extension CatalogueEntry {
    /// The most characters of a name or category that are kept.
    private static let nameLimit = 300

    /// Nil where the row does not say which service it is about.
    fileprivate init?(_ row: JSONValue) {
        guard let id = row["service"]?.identifier else { return nil }
        var faults: [String] = []
        /// What `read` makes of the value under `key`; where it makes nothing, that is a fault.
        func value<Value>(
            _ key: String, _ wanted: String, _ read: (JSONValue) -> Value?
        ) -> Value? {
            if let meaning = row[key].flatMap(read) { return meaning }
            guard let value = row[key] else {
                faults.append("it has no \(key)")
                return nil
            }
            let found = value.text.map { "\"\($0.printable(limit: 40))\"" } ?? "something else"
            faults.append("its \(key) is \(found); it must be \(wanted)")
            return nil
        }
        func title(_ value: JSONValue) -> String? {
            value.text?.decodingEntities.printable(limit: Self.nameLimit)
        }
        func quantity(_ value: JSONValue) -> Int64? {
            value.wholeNumber.flatMap { $0 < 0 ? nil : Swift.min($0, Int64(Int32.max)) }
        }

        service = id
        name = value("name", "a text", title) ?? ""
        type = value("type", "a text", title) ?? ""
        category = row["category"].flatMap(title) ?? ""
        rate = value("rate", "a price", \.rate)
        min = value("min", "a whole number", quantity) ?? 0
        max = value("max", "a whole number", quantity) ?? 0
        refill = row["refill"]?.flag ?? false
        cancel = row["cancel"]?.flag ?? false
        dripfeed = row.first(of: ["dripfeed", "drip_feed"])?.flag ?? false
        fault = faults.first
    }
}
