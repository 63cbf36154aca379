import Money
import StrictJSON

/// A provider's list of services.
package struct Catalogue: Equatable, Sendable {
    package internal(set) var entries: [CatalogueEntry] = []
    /// The rows nobody can sell from, which do not spoil the others.
    package internal(set) var unreadable: [UnreadableRow] = []
}

/// One service, as the provider sells it to us.
package struct CatalogueEntry: Equatable, Sendable {
    /// The provider's id.
    package let service: String
    package let name: String
    /// The type's name as the provider spells it; `OrderType.named` knows what it means.
    package let type: String
    package let category: String
    /// In the provider's currency; zero at some.
    package let rate: Rate
    /// The smallest quantity of one order.
    package let min: Int64
    /// The largest quantity of one order, not less than `min`.
    package let max: Int64
    package let refill: Bool
    package let cancel: Bool
    package let dripfeed: Bool
}

/// A row of a list of services that makes no sense.
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
            do throws(RowError) {
                let entry = try CatalogueEntry(row)
                guard services.insert(entry.service).inserted else {
                    throw RowError(reason: "service \(entry.service) is listed above")
                }
                entries.append(entry)
            } catch {
                unreadable.append(UnreadableRow(row: index + 1, reason: error.reason))
            }
        }
    }
}

extension CatalogueEntry {
    /// The most characters of a name or category that are kept.
    private static let nameLimit = 300

    fileprivate init(_ row: JSONValue) throws(RowError) {
        /// What `read` makes of the value under `key`, or the row's fault.
        func value<Value>(
            _ key: String, _ wanted: String, _ read: (JSONValue) -> Value?
        ) throws(RowError) -> Value {
            guard let value = row[key] else { throw RowError(reason: "it has no \(key)") }
            guard let meaning = read(value) else {
                let found = value.text.map { "\"\($0.printable(limit: 40))\"" } ?? "something else"
                throw RowError(reason: "its \(key) is \(found); it must be \(wanted)")
            }
            return meaning
        }
        func title(_ value: JSONValue) -> String? {
            value.text?.decodingEntities.printable(limit: Self.nameLimit)
        }
        func quantity(_ value: JSONValue) -> Int64? {
            value.wholeNumber.flatMap { $0 < 0 ? nil : $0 }
        }

        service = try value("service", "an id", \.identifier)
        name = try value("name", "a text", title)
        type = try value("type", "a text", title)
        category = row["category"].flatMap(title) ?? ""
        rate = try value("rate", "a price", \.rate)
        min = try value("min", "a whole number", quantity)
        max = try value("max", "a whole number", quantity)
        refill = row["refill"]?.flag ?? false
        cancel = row["cancel"]?.flag ?? false
        dripfeed = row.first(of: ["dripfeed", "drip_feed"])?.flag ?? false
        guard min <= max else {
            throw RowError(reason: "its min, \(min), is more than its max, \(max)")
        }
    }
}

/// What is wrong with a row of a list of services.
private struct RowError: Error {
    let reason: String
}
