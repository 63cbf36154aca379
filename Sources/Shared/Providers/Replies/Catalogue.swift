import Money
import StrictJSON
import Trade
import Transport

/// A provider's list of services.
package struct Catalogue: Equatable, Sendable {
    package internal(set) var entries: [CatalogueEntry] = []
    /// The rows that cannot be sold from. They do not spoil the others.
    package internal(set) var unreadable: [UnreadableRow] = []

    /// How many rows do not say their service, so that each may be about any.
    package var namelessRows: Int { unreadable.count { $0.service == nil } }
}

/// One service, as the provider sells it to us. A fault in it spoils this service alone.
package struct CatalogueEntry: Equatable, Sendable {
    /// The provider's id.
    package let service: String
    package let name: String
    /// The type's name as the provider spells it; `OrderType.named` knows what it means.
    package let type: String
    package let category: String
    /// In the provider's currency. Zero at some providers; nil if it is no price that can be
    /// counted.
    package let rate: Rate?
    /// The smallest quantity of one order.
    package let min: Int64
    /// The largest quantity of one order; less than `min` at some providers. 2,147,483,647 and more
    /// mean any quantity.
    package let max: Int64
    package let refill: Bool
    package let cancel: Bool
    package let dripfeed: Bool
    /// The first thing in the row that makes no sense, as a sentence without its full stop; nil if
    /// everything does.
    package let fault: String?
}

/// A row of a list of services that cannot be read as a service.
package struct UnreadableRow: Equatable, Sendable {
    /// Its place in the list, from 1.
    package let row: Int
    /// The service that it still names, so that this service is known to be on the list.
    package let service: String?
    /// Whether it is about a service that is listed above.
    package let isRepeated: Bool
    /// Why it cannot be read, as a sentence without its full stop.
    package let reason: String
}

extension ProviderEndpoint {
    /// The list of services in the reply to `Action.services`: a list, or an object by index.
    package func catalogue(in finished: Finished) -> Result<Catalogue, ReplyFailure> {
        answer(in: finished) { document throws(ReplyFailure) in
            let list = document.first(of: ["services", "data"]) ?? document
            if let rows = list.elements ?? list.elementsByIndex(named: Catalogue.idNames) {
                return try catalogue(of: rows)
            }
            // Quirk 15: an empty list may be a sentence.
            if document["data"]?.text?.folded == "emptydata" { return Catalogue() }
            throw ReplyFailure(
                .unreadable, text: "there is no list of services in it; " + keys(of: list))
        }
    }

    /// Reads the rows. If no row has a service and a rate, the list was not understood, and says
    /// nothing about services.
    private func catalogue(of rows: [JSONValue]) throws(ReplyFailure) -> Catalogue {
        let catalogue = Catalogue(rows)
        let isUnderstood = rows.contains { row in
            row["rate"] != nil && Catalogue.idNames.contains { row[$0]?.identifier != nil }
        }
        guard let row = rows.first, !isUnderstood else { return catalogue }
        let fault = catalogue.entries.first?.fault ?? catalogue.unreadable.first?.reason ?? ""
        throw ReplyFailure(
            .unreadable,
            text: "none of its \(rows.count) services can be read: in the first, \(fault); "
                + keys(of: row))
    }

    /// The keys of an object, for a person who compares them with the API's description.
    private func keys(of value: JSONValue) -> String {
        guard value.isObject else { return "there is \(evidence(value.text ?? "no object"))" }
        let keys = value.members.prefix(12).map(\.key).joined(separator: ", ")
        return "the keys found are \(evidence(keys))"
    }
}

extension Catalogue {
    /// The ways a row may name its service, the usual one first.
    fileprivate static let idNames = ["service", "service_id", "id"]

    /// Reads row by row. If a service is listed again, the first row counts.
    fileprivate init(_ rows: [JSONValue]) {
        // One name for all rows: `id` beside another name may be something else.
        let name =
            Self.idNames.first { name in rows.contains { $0[name]?.identifier != nil } }
            ?? Self.idNames[0]
        var services: Set<String> = []
        for (index, row) in rows.enumerated() {
            func leaveOut(_ service: String?, _ reason: String, isRepeated: Bool = false) {
                unreadable.append(
                    UnreadableRow(
                        row: index + 1, service: service, isRepeated: isRepeated, reason: reason))
            }
            let service = row[name]?.identifier
            if let damage = row.damage {
                leaveOut(service, "it cannot be read: \(damage)")
            } else if let service {
                if services.insert(service).inserted {
                    entries.append(CatalogueEntry(row, of: service))
                } else {
                    leaveOut(service, "service \(service) is listed above", isRepeated: true)
                }
            } else {
                leaveOut(nil, "it has no service id")
            }
        }
    }
}

extension CatalogueEntry {
    /// The most characters of a name or category that are kept.
    private static let nameLimit = 300

    fileprivate init(_ row: JSONValue, of service: String) {
        var faults: [String] = []
        /// What `read` makes of the value under `key`; nil, with a fault, if it cannot read it.
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

        self.service = service
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
