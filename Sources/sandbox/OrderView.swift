import Money
import Timestamps

/// An order as the panel shows it at one moment.
struct OrderView {
    let order: PanelOrder
    let progress: PanelOrder.Progress
    /// Units not delivered; nil if the panel does not know.
    private var remains: Int64?

    init(_ order: PanelOrder, at now: Int64) {
        self.order = order
        progress = order.progress(at: now)
        remains = order.plan.total - progress.delivered
    }

    /// The same from a panel that lost count.
    var withoutRemains: OrderView {
        var view = self
        view.remains = nil
        return view
    }

    /// The answer to `status`, in the shape of the order's kind.
    func reply(in currency: Currency) -> Reply {
        switch order.plan.shape {
        case .single:
            .object([
                "charge": .price(cost.description),
                "start_count": .count(startCount),
                "status": .status(progress.status),
                "remains": .count(remains),
                "currency": .text(currency.code),
            ])
        case .drip:
            .object([
                "status": .status(progress.status), "runs": .count(progress.begun), "orders": parts,
            ])
        case .subscription(let expiry):
            .object([
                "status": .status(progress.status), "expiry": .text(expiry ?? ""),
                "posts": .count(progress.begun), "orders": parts,
            ])
        }
    }

    /// A row of the answer to `orders`, from a panel whose time is counted from `epoch`.
    func line(in currency: Currency, since epoch: Timestamp) -> Reply {
        .object([
            "order": .id(order.id),
            "created": .moment(
                Timestamp(milliseconds: epoch.milliseconds + order.placedAt)),
            "service": .id(order.service.id),
            "link": .text(order.link),
            "quantity": .count(order.plan.units),
            "charge": .price(cost.description),
            "start_count": .count(startCount),
            "status": .status(progress.status),
            "remains": .count(remains),
            "currency": .text(currency.code),
        ])
    }

    /// Everything, for the control path.
    var account: Reply {
        .object([
            "order": .id(order.id),
            "service": .id(order.service.id),
            "link": .text(order.link),
            "status": .status(progress.status),
            "units": .id(order.plan.total),
            "delivered": .id(progress.delivered),
            "parts": .id(order.plan.parts),
            "charge": .price(order.charge.description),
            "given_back": .price((order.givenBack ?? .zero).description),
            "cancel_accepted": .flag(order.canceledAt != nil),
        ])
    }

    /// The order's charge, less the money that was given back.
    private var cost: Amount {
        Amount(micros: order.charge.micros - (order.givenBack ?? .zero).micros)
    }

    /// Nobody looks at the counter before the work begins.
    private var startCount: Int64? {
        progress.status == .pending ? nil : order.startCount
    }

    private var parts: Reply {
        .list((0..<progress.begun).map { .id(order.id + 1 + $0) })
    }
}
