import Money
import StrictJSON

/// Knows when a receipt contradicts itself, whatever the file was.
package struct ReceiptOracle {
    /// How many orders it says were accepted, and what they were charged.
    package private(set) var orders = 0
    package private(set) var charged = Amount.zero
    /// How many lines it says were rejected.
    package private(set) var rejected: Int64 = 0
    /// What is wrong with it.
    package private(set) var complaints: [String] = []

    private static let arrays = [
        "orders", "refills", "cancels", "users", "bans", "unbans", "prices", "deposits",
        "withdrawals", "decisions", "refunds", "adjustments", "topups", "releases",
    ]

    package init(_ bytes: [UInt8]) {
        do {
            try read(JSONValue(parsing: bytes))
        } catch {
            complaints.append("it is no JSON: \(error)")
        }
    }

    private mutating func read(_ receipt: JSONValue) {
        guard let received = receipt["lines"]?["received"]?.integer,
            let accepted = receipt["lines"]?["accepted"]?.integer,
            let rejected = receipt["lines"]?["rejected"]?.integer,
            let status = receipt["status"]?.text, let total = receipt["charged"]?.amount
        else {
            complaints.append("it does not say what became of the file")
            return
        }
        self.rejected = rejected
        if received != accepted + rejected {
            complaints.append("\(received) lines are \(accepted) and \(rejected)")
        }
        if !["accepted", "partial", "rejected", "duplicate"].contains(status) {
            complaints.append("its status is \(status)")
        }
        let lines = Self.arrays.flatMap { read(receipt[$0], $0) }
        if total != charged { complaints.append("\(total) charged, the orders say \(charged)") }
        let reason = receipt["reason"]?.text
        if status == "rejected", accepted > 0 || charged != .zero {
            complaints.append("a rejected file had an effect")
        }
        // A file that is refused as a whole has no verdicts on its lines, but for `all_or_nothing`.
        if reason == nil || reason == "BATCH_ABORTED" {
            if Int64(lines.count) != received { complaints.append("\(lines.count) verdicts") }
            if Int64(lines.count { $0 == "rejected" }) != rejected {
                complaints.append("its verdicts are not what it counts")
            }
        } else if status != "rejected" || receipt["detail"]?.text == nil || !lines.isEmpty {
            complaints.append("it has the reason \(reason!), and is \(status)")
        }
    }

    /// The verdicts of one array, in the order of the file.
    private mutating func read(_ array: JSONValue?, _ kind: String) -> [String] {
        guard case .array(let lines)? = array else { return [] }
        for (index, line) in lines.enumerated() {
            if line["line"]?.integer != Int64(index + 1) {
                complaints.append("\(kind) \(index + 1) has no verdict in its place")
            }
            let status = line["status"]?.text
            let isTold = line["code"]?.text != nil && line["detail"]?.text != nil
            if (status == "rejected") != isTold {
                complaints.append("\(kind) \(index + 1) is \(status ?? "nothing"), untold why")
            }
            guard kind == "orders", status == "accepted" else { continue }
            guard let charge = line["charge"]?.amount, line["order"]?.integer != nil,
                let sum = try? charged + charge
            else {
                complaints.append("order \(index + 1) is accepted without id or charge")
                continue
            }
            orders += 1
            charged = sum
        }
        return lines.map { $0["status"]?.text ?? "none" }
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var integer: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }

    fileprivate var amount: Amount? { text.flatMap { try? Amount(parsing: $0) } }
}
