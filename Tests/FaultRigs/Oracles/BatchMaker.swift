import TestSupport
import Trade

/// Makes batches and desk files as people write them: most lines make sense, some lack a key, have
/// one too many, or an odd value.
package struct BatchMaker {
    private var random: Seeded
    private var made = 0
    /// The last order there is, for lines about orders.
    package var lastOrder: Int64 = 0

    package static let users = ["acme", "zenith"]
    /// The number of the first service; one of each type follows.
    package static let firstService = 101

    /// What means something to the reader of these files.
    package static let words = [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "null", "true", "-0", "1e999",
        "0.0000001", "9223372036854775808", "[[[[[[[[[[", "\"\":", "\"orders\": [", "\"users\": [",
        "\"all_or_nothing\": true,", "\"service\": 101", "\"order\": 1", "\"amount\": \"-1\"",
    ]

    private typealias Field = (key: String, value: String)

    package init(_ random: Seeded) {
        self.random = random
    }

    package mutating func batch() -> String {
        var members: [Field] = head()
        if oneIn(6) { members.append(("all_or_nothing", "true")) }
        if oneIn(6) { members.append(("count", String(Int.random(in: 0...9, using: &random)))) }
        if oneIn(8) { members.append(("total", amount())) }
        members.append(("orders", lines(6) { $0.order() }))
        if oneIn(3) { members.append(("cancels", lines(3) { [("order", $0.orderID())] })) }
        if oneIn(3) { members.append(("refills", lines(3) { [("order", $0.orderID())] })) }
        if oneIn(3) {
            members.append(
                ("deposits", lines(2) { [$0.method(), $0.reference(), ("amount", $0.amount())] }))
        }
        if oneIn(3) {
            members.append(
                ("withdrawals", lines(2) { [("amount", $0.amount()), ("to", #""IBAN""#)] }))
        }
        return object(members)
    }

    package mutating func deskFile() -> String {
        var members: [Field] = head() + [("by", #""anna""#), ("why", #""fuzz""#)]
        for (kind, line) in Self.deskLines where oneIn(3) {
            members.append((kind, lines(2, line)))
        }
        return object(members)
    }

    private static let deskLines: [(String, @Sendable (inout BatchMaker) -> [Field])] = [
        (
            "users",
            { [$0.user(), ("discount_percent", #""5""#), ("credit_limit", $0.amount())] }
        ),
        ("bans", { [$0.user(), ("reason", #""test""#)] }),
        ("unbans", { [$0.user()] }),
        ("prices", { [$0.user(), ("service", $0.service()), ("price", $0.amount())] }),
        ("deposits", { [$0.user(), $0.method(), $0.reference(), ("amount", $0.amount())] }),
        ("withdrawals", { [$0.user(), ("ref", $0.ref()), ("outcome", #""paid""#)] }),
        ("decisions", { [("order", $0.orderID()), ("outcome", $0.outcome())] }),
        ("refunds", { [("order", $0.orderID()), ("amount", $0.amount())] }),
        ("adjustments", { [$0.user(), ("amount", $0.amount())] }),
        ("topups", { [("provider", #""alpha""#), ("amount", $0.amount())] }),
        ("releases", { [("service", $0.service())] }),
    ]
}

// MARK: Parts of a file

extension BatchMaker {
    /// A name that is mostly new.
    private mutating func head() -> [Field] {
        made += 1
        return [("batch", #""b\#(oneIn(20) ? made / 2 : made)""#)]
    }

    /// Up to `most` lines, as an array.
    private mutating func lines(
        _ most: Int, _ line: (inout BatchMaker) -> [Field]
    ) -> String {
        let count = Int.random(in: 0...most, using: &random)
        let lines = (0..<count).map { _ in oneIn(40) ? odd() : object(line(&self)) }
        return "[\(lines.joined(separator: ", "))]"
    }

    /// Some in a hundred members are missing, twice there, or not what they should be.
    private mutating func object(_ members: [Field]) -> String {
        var fields: [String] = []
        for member in members {
            let field = #""\#(member.key)": \#(member.value)"#
            switch Int.random(in: 0..<100, using: &random) {
            case 0: continue
            case 1: fields += [field, field]
            case 2...4: fields.append(#""\#(member.key)": \#(odd())"#)
            case 5: fields += [field, #""\#(member.key)x": 1"#]
            default: fields.append(field)
            }
        }
        return "{\(fields.joined(separator: ", "))}"
    }

    private mutating func order() -> [Field] {
        let type = OrderType.all.indices.randomElement(using: &random)!
        var fields: [Field] = [("service", String(Self.firstService + type))]
        if !oneIn(4) { fields.append(("ref", ref())) }
        if oneIn(4) { fields.append(("max_rate", amount())) }
        let optional = OrderType.all[type].optional.filter { _ in oneIn(3) }
        for parameter in OrderType.all[type].required + optional {
            fields.append((parameter.rawValue, value(of: parameter)))
        }
        return fields
    }
}

// MARK: Values

extension BatchMaker {
    private mutating func value(of parameter: Parameter) -> String {
        switch parameter.form {
        case .text: #""https://a.example/\#(Int.random(in: 0..<500, using: &random))""#
        case .list: oneIn(2) ? #"["one", "two"]"# : #""one\ntwo\nthree""#
        case .integer(let range):
            String(Int64.random(in: range.clamped(to: 1...2_000), using: &random))
        case .choice(let values): String(values.randomElement(using: &random)!)
        case .date: #""31/12/2099""#
        }
    }

    private mutating func odd() -> String {
        [
            "null", "true", "-1", "0", "1.5", "1e3", "9223372036854775807", "9223372036854775808",
            #""""#, #""0""#, "[]", "{}", #""\u0000""#, #""a\nb""#, "\"\u{202E}\"", "[[[]]]",
            "0.0000001", #""9000000000000""#, #""-0.5""#, #""../desk""#,
        ].randomElement(using: &random)!
    }

    private mutating func amount() -> String {
        let micros = Int64.random(in: 1...30_000_000, using: &random)
        let digits = String(1_000_000 + micros % 1_000_000).dropFirst()
        return #""\#(micros / 1_000_000).\#(digits)""#
    }

    private mutating func ref() -> String {
        #""R-\#(Int.random(in: 0..<100_000, using: &random))""#
    }

    private mutating func user() -> Field {
        ("user", #""\#(Self.users.randomElement(using: &random)!)""#)
    }

    private mutating func method() -> Field { ("method", oneIn(9) ? odd() : #""bank""#) }

    private mutating func reference() -> Field { ("reference", ref()) }

    private mutating func orderID() -> String {
        String(Int64.random(in: 0...lastOrder + 1, using: &random))
    }

    private mutating func service() -> String {
        String(Self.firstService + Int.random(in: 0...OrderType.all.count, using: &random))
    }

    private mutating func outcome() -> String {
        [#""not_placed""#, #""refund""#, #""placed", "provider_order": "F1""#]
            .randomElement(using: &random)!
    }

    private mutating func oneIn(_ count: Int) -> Bool {
        Int.random(in: 0..<count, using: &random) == 0
    }
}
