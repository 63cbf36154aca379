import Ledger
import Money
import Providers
import Settings
import Timestamps
import Trade
import Transport

/// One provider's share of a run: what it is asked, how much at once and how fast, and whether it
/// answers. Nobody else waits for it.
struct Party {
    let provider: Provider
    let settings: ProviderSettings
    let endpoint: ProviderEndpoint
    /// What it is to be asked once, before the statuses: the next question last.
    private var agenda: [Question] = []
    /// Orders that are due, to be asked about next.
    private var waiting: ArraySlice<FollowedOrder> = []
    /// Whether more may be due than those.
    private var mayHaveDueOrders = false
    /// The orders it is being asked about.
    private var open: Set<OrderID> = []
    private var questionsOnTheWay = 0
    private var rate: RateLimit
    /// Until when it wants to be left alone, since it said so or was asked too much.
    private(set) var throttledUntil: Timestamp?
    /// How it is asked about orders, and what is learnt of that.
    var manner: Manner
    private var failuresInARow = 0
    private(set) var errors = 0
    private(set) var answeredAt: Timestamp?
    /// The currency that it last named beside a charge.
    var statusCurrency: Currency?

    /// How many questions may be on their way to one provider.
    static let questionsAtOnce = 4
    /// About how many due orders are read from the ledger at once.
    private static let ordersAtOnce = 2_000
    /// How long a provider is left alone that says "too fast" and not for how long, in seconds.
    private static let usualThrottle = 30

    init(
        _ provider: Provider, _ settings: ProviderSettings, key: String, form: StatusForm?,
        at now: Timestamp
    ) {
        self.provider = provider
        self.settings = settings
        statusCurrency = provider.statusCurrency
        endpoint = ProviderEndpoint(settings, key: key)
        rate = RateLimit(
            perSecond: settings.requestsPerSecond, burst: Self.questionsAtOnce, at: now)
        throttledUntil = provider.health.isThrottled(at: now) ? provider.health.throttledUntil : nil
        manner = Manner(form)
    }

    /// Sets what it is to be asked in this run.
    mutating func plan(_ questions: [Question], statuses: Bool) {
        agenda = questions.reversed()
        mayHaveDueOrders = statuses
    }

    /// Has it asked one thing more, before all else.
    mutating func put(_ question: Question) {
        agenda.append(question)
    }

    /// Whether it may be asked something at `now`.
    mutating func mayAsk(at now: Timestamp) -> Bool {
        mayAsk && !isThrottled(at: now) && rate.available(at: now) > 0
    }

    /// How many due orders to read from the ledger before it is asked; nil while some wait here.
    var missingOrders: Int? {
        agenda.isEmpty && waiting.isEmpty && mayHaveDueOrders
            ? open.count + Self.ordersAtOnce : nil
    }

    /// Takes orders that are due, the longest due first; nothing is heard of them that is not yet
    /// written down.
    mutating func take(due orders: [FollowedOrder]) {
        waiting = orders.filter { !open.contains($0.id) }[...]
        mayHaveDueOrders = !waiting.isEmpty
    }

    /// The next question to put to it; nil if there is none.
    mutating func nextQuestion() -> Question? {
        if let question = agenda.popLast() { return start(question) }
        let orders = waiting.prefix(manner.portion)
        waiting = waiting.dropFirst(orders.count)
        return orders.isEmpty ? nil : start(.statuses(Array(orders), as: manner.form))
    }

    /// Milliseconds until its rate allows a question; nil if it is not the rate that forbids it. A
    /// run never waits for a provider that asked to be left alone: a later one asks it.
    func wait(at now: Timestamp) -> Int? {
        mayAsk && !isThrottled(at: now) ? rate.wait(at: now) : nil
    }

    /// One that failed several times in a row is left alone until the next run.
    private var mayAsk: Bool {
        failuresInARow < settings.breaker.failures && questionsOnTheWay < Self.questionsAtOnce
            && (!agenda.isEmpty
                || !manner.isProbing && (!waiting.isEmpty || mayHaveDueOrders))
    }

    private func isThrottled(at now: Timestamp) -> Bool {
        throttledUntil.map { now < $0 } ?? false
    }

    private mutating func start(_ question: Question) -> Question {
        questionsOnTheWay += 1
        rate.take()
        open.formUnion(question.orders.map(\.id))
        return question
    }

    /// Notes that a question has ended, well or not.
    mutating func end(_ question: Question) {
        questionsOnTheWay -= 1
        open.subtract(question.orders.map(\.id))
    }

    /// Notes that it answered a question.
    mutating func noteAnswer(at now: Timestamp) {
        answeredAt = now
        failuresInARow = 0
    }

    /// Notes that it did not answer so many questions.
    mutating func noteFailures(_ count: Int = 1) {
        errors += count
        failuresInARow += count
    }

    /// Notes that it asked to be left alone. Returns until when.
    mutating func noteThrottle(seconds: Int?, at now: Timestamp) -> Timestamp {
        let until = now.adding(seconds: max(1, seconds ?? Self.usualThrottle))
        throttledUntil = max(throttledUntil ?? until, until)
        return throttledUntil!
    }

    /// Has it asked again about these orders, before the others that are due.
    mutating func putBack(_ orders: [FollowedOrder]) {
        waiting = orders + waiting
    }
}

/// What a provider is asked.
enum Question {
    case catalogue, balance
    case statuses([FollowedOrder], as: StatusForm)
    case refills([DueRequest])
    /// Its recent orders, of which some may be these.
    case recentOrders(limit: Int, about: [Doubt])
    /// Whether it has an order under the id that the desk decided.
    case decision(String, of: Doubt, as: StatusForm)

    var action: Action {
        switch self {
        case .catalogue: .services
        case .balance: .balance
        case .statuses(let orders, let form): .status(orders.map(\.providerOrder), as: form)
        case .refills(let refills): .refillStatus(refills.compactMap(\.providerRequest))
        case .recentOrders(let limit, _): .orders(limit: limit)
        case .decision(let id, _, let form): .status([id], as: form)
        }
    }

    var orders: [FollowedOrder] {
        if case .statuses(let orders, _) = self { orders } else { [] }
    }
}

extension ReplyFailure {
    /// Whether the provider refused because of what it was asked, not because of us or itself.
    var isAboutTheQuestion: Bool {
        guard case .refused(let errorClass) = reason else { return false }
        return switch errorClass {
        case .auth, .funds, .throttle: false
        case .service, .duplicate, .input, .notFound, nil: true
        }
    }

    /// Whether a question in another form, or about fewer orders, may be answered all the same.
    var maySpareOthers: Bool {
        switch reason {
        case .refused: isAboutTheQuestion
        case .httpStatus, .html, .empty, .compressed, .unreadable: true
        case .notSent, .lost: false
        }
    }
}
