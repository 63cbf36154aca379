import BatchFiles
import Identity
import Ledger
import Money
import Settings
import Trade

/// The terms on which one user buys, each service asked for once.
final class KnownTerms {
    private let ask: (ServiceID) throws -> ServiceTerms
    private var known: [ServiceID: ServiceTerms] = [:]

    init(_ ask: @escaping (ServiceID) throws -> ServiceTerms) {
        self.ask = ask
    }

    /// - Throws: what asking throws.
    func terms(of service: ServiceID) throws -> ServiceTerms {
        if let terms = known[service] { return terms }
        let terms = try ask(service)
        known[service] = terms
        return terms
    }
}

/// An order as it stands in its file, before the ledger is asked about it.
struct CheckedOrder: Sendable {
    let line: ResellerLine
    let verdict: Verdict

    enum Verdict: Sendable {
        /// It is right and has a price; with the spelling of its link, if it has one.
        case order(NewOrder, link: Spelling?)
        case rejected(Rejection)
    }
}

/// Checks and prices the orders of one file. It needs the terms of services and nothing else of the
/// ledger, so it may run ahead of what is written (`OrdersAhead`).
struct OrderChecks {
    private let batch: String
    private let links: LinkRule
    private let terms: KnownTerms
    private var prices: OrderPrices

    init(_ batch: String, _ settings: Settings, on terms: KnownTerms) {
        self.batch = batch
        links = settings.links
        self.terms = terms
        prices = OrderPrices(settings.pricing)
    }

    /// The reference of a line that has none of its own.
    static func fallback(_ batch: String, _ kind: LineKind, _ number: Int) -> String {
        "\(batch)#\(kind.rawValue)#\(number)"
    }

    /// Checks one order.
    ///
    /// - Parameters:
    ///   - number: its line's number, from 1.
    ///   - fields: its line; all its members are taken.
    /// - Returns: the order with its price, or why it is rejected.
    /// - Throws: what asking for terms throws.
    mutating func check(_ number: Int, _ fields: inout LineFields) throws -> CheckedOrder {
        var ref: String?
        do {
            try fields.checkIsObject()
            ref = try fields.text("ref")
            let own = ref ?? Self.fallback(batch, .orders, number)
            return CheckedOrder(
                line: ResellerLine(.orders, number, ref: own), verdict: try check(own, &fields))
        } catch let rejection as Rejection {
            let line = ResellerLine(
                .orders, number, ref: ref ?? Self.fallback(batch, .orders, number))
            return CheckedOrder(line: line, verdict: .rejected(rejection))
        }
    }

    private mutating func check(
        _ ref: String, _ fields: inout LineFields
    ) throws -> CheckedOrder.Verdict {
        let order = try OrderLine(&fields, ref: ref, on: terms)
        let charge = try prices.charge(of: order)
        let link = order.link.map(links.spelling)
        return .order(
            NewOrder(
                ref: ref, service: order.service.id, provider: order.service.provider,
                link: order.link, linkKey: link?.differingKey, quantity: order.quantity,
                parameters: order.parameters, billedUnits: order.billedUnits, charge: charge),
            link: link)
    }
}
