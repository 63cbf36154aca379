import Money
import Trade

/// The order in an `add`, checked as the trade's panels check it (provider-api.md §4).
struct Purchase {
    let service: Service
    /// Where to deliver: a link, or a subscription's user name.
    let link: String
    let plan: Plan
    let charge: Amount

    /// How many posts or drip-feed runs one order may have.
    static let maximumParts: Int64 = 1_000

    init(_ form: RequestForm) throws(Refusal) {
        guard let service = Service.named(form["service"]),
            let type = OrderType.named(service.type)
        else { throw .incorrectService }
        for parameter in type.required { try Self.check(parameter, in: form) }
        for parameter in type.optional where form[parameter] != nil {
            try Self.check(parameter, in: form)
        }

        self.service = service
        link = form.target
        plan = try Plan(form, service, type)
        do throws(MoneyError) {
            charge = try type.billing.price(of: plan.total, at: service.rate)
        } catch {
            // No balance is as high as a price that cannot be counted.
            throw .funds
        }
    }

    private static func check(_ parameter: Parameter, in form: RequestForm) throws(Refusal) {
        let text = form[parameter] ?? ""
        let isRight =
            switch parameter.form {
            case .text: !text.isEmpty
            case .list: !form.lines(parameter).isEmpty
            // Each service has its own smallest and largest quantity, with their own errors.
            case .integer where parameter == .quantity: Int64(text) != nil
            case .integer(let range): Int64(text).map(range.contains) ?? false
            case .choice(let choices): Int64(text).map(choices.contains) ?? false
            case .date: text.split(separator: "/").compactMap { Int($0) }.count == 3
            }
        guard isRight else { throw parameter == .link ? .incorrectLink : .incorrectRequest }
    }
}

extension RequestForm {
    /// The link of an order, or the user name of one that has no link; empty if it has neither.
    package var target: String {
        self[.link] ?? self[.username] ?? ""
    }
}
