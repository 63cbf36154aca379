import Trade

/// The units of an order, in how many parts they are delivered, and when each part begins.
struct Plan {
    /// What a client sees when it asks for the status.
    enum Shape: Equatable {
        case single, drip
        /// Posts are served as they appear, one a minute, each after the delay that was asked for.
        case subscription(expiry: String?)
    }

    let shape: Shape
    /// The units of each part.
    let units: Int64
    /// 1, or the runs of a drip-feed, or the posts of a subscription.
    let parts: Int64
    /// The milliseconds from the order to the first part, and from each part to the next.
    let delay: Int64
    let interval: Int64

    var isSubscription: Bool {
        if case .subscription = shape { true } else { false }
    }

    /// The units of the whole order.
    var total: Int64 { units * parts }

    private static let minute: Int64 = 60_000

    /// One part of it, as the plan of an order of its own.
    var part: Plan { Plan(units: units) }

    private init(units: Int64) {
        shape = .single
        self.units = units
        (parts, delay, interval) = (1, 0, 0)
    }

    /// The plan of an order, each of whose parameters is valid by itself.
    init(_ form: RequestForm, _ service: Service, _ type: OrderType) throws(Refusal) {
        func number(_ parameter: Parameter) -> Int64 { form[parameter].flatMap { Int64($0) } ?? 0 }

        shape =
            type.billing == .maximumTimesPosts
            ? .subscription(expiry: form[.expiry])
            : type.takes(.runs) && form[.runs] != nil ? .drip : .single
        units =
            switch type.billing {
            case .quantity: number(.quantity)
            case .package: 1
            case .lines(let list): Int64(form.lines(list).count)
            case .maximumTimesPosts: number(.max)
            }
        switch shape {
        case .single: (parts, delay, interval) = (1, 0, 0)
        case .drip: (parts, delay, interval) = (number(.runs), 0, number(.interval) * Self.minute)
        case .subscription:
            (parts, delay, interval) = (
                number(.posts), (number(.delay) + 1) * Self.minute, Self.minute
            )
        }

        let least = isSubscription ? number(.min) : units
        guard least >= service.quantities.lowerBound else {
            throw .tooFew(service.quantities.lowerBound)
        }
        guard units <= service.quantities.upperBound else {
            throw .tooMany(service.quantities.upperBound)
        }
        guard least <= units, parts <= Purchase.maximumParts,
            shape != .drip || (interval > 0 && service.offers.contains(.dripfeed))
        else { throw .incorrectRequest }
    }
}
