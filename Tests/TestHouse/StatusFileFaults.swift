import StrictJSON
import TestSupport

/// The faults of all status files in an outbox. Their numbers must rise from 1 without a gap, none
/// may repeat what an earlier one said about an order, and the last report on each order must be
/// true.
///
/// - `ended`: the orders that have ended, with the ledger's state.
/// - `mayRepeat`: whether an older ledger was restored, which does not know what was reported.
package func statusFileFaults(
    in outbox: String, ended: [Int64: String], mayRepeat: Bool = false
) throws -> [String] {
    let files = names(in: outbox).filter { $0.hasPrefix("status-") }
    var faults = zip(files, 1...).compactMap { name, number in
        let expected = "status-\(String(10_000_000_000 + number).dropFirst()).json"
        return name == expected ? nil : "\(name) is there, and \(expected) is not"
    }
    var told: [Int64: JSONValue] = [:]
    for file in files {
        guard let bytes = bytes(at: "\(outbox)/\(file)"),
            case .array(let orders)? = try JSONValue(parsing: bytes)["orders"]
        else {
            faults.append("\(file) is no status file")
            continue
        }
        for order in orders {
            guard case .number(let number)? = order["order"], let id = number.integer else {
                faults.append("\(file) tells of an order without its number")
                continue
            }
            if told.updateValue(order, forKey: id) == order, !mayRepeat {
                faults.append("\(file) repeats what was said of order \(id)")
            }
        }
    }
    for (id, state) in ended.sorted(by: { $0.key < $1.key }) {
        let word = ["completed": "Completed", "partial": "Partial"][state] ?? "Canceled"
        if told[id]?["status"] != .string(word) {
            faults.append("order \(id) is \(state), and that was not the last word told")
        }
    }
    return faults
}
