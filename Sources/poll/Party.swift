import Ledger
import Providers
import Settings
import Timestamps

/// One provider's share of a run: what he is asked, how much at once and how fast, and whether he
/// answers. Nobody else waits for him.
struct Party {
    let provider: Provider
    let settings: ProviderSettings
    let endpoint: ProviderEndpoint
    /// What he is to be asked once, before the statuses.
    private var agenda: [Question] = []
    /// Orders that are due, to be asked about next.
    private var waiting: ArraySlice<FollowedOrder> = []
    /// Whether more may be due than those.
    private var mayHaveDueOrders = false
    /// The orders he is being asked about.
    private var open: Set<OrderID> = []
    private var questionsOnTheWay = 0
    private var rate: RateLimit
    /// About how many orders he is asked at once.
    private var portion = Action.idsPerCall
    private var failuresInARow = 0
    private(set) var errors = 0
    private(set) var answeredAt: Timestamp?

    /// How many questions may be on their way to one provider.
    static let questionsAtOnce = 4
    /// About how many due orders are read from the ledger at once.
    private static let ordersAtOnce = 2_000

    init(_ provider: Provider, _ settings: ProviderSettings, key: String, at now: Timestamp) {
        self.provider = provider
        self.settings = settings
        endpoint = ProviderEndpoint(settings, key: key)
        rate = RateLimit(
            perSecond: settings.requestsPerSecond, burst: Self.questionsAtOnce, at: now)
    }

    /// Sets what he is to be asked in this run.
    mutating func plan(_ questions: [Question], statuses: Bool) {
        agenda = questions
        mayHaveDueOrders = statuses
    }

    /// Has him asked one thing more, before all else.
    mutating func put(_ question: Question) {
        agenda.insert(question, at: 0)
    }

    /// Whether he may be asked something at `now`.
    mutating func mayAsk(at now: Timestamp) -> Bool {
        mayAsk && rate.available(at: now) > 0
    }

    /// How many due orders to read from the ledger before he is asked; nil while some wait here.
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

    /// The next question to put to him; nil if there is none.
    mutating func nextQuestion() -> Question? {
        if !agenda.isEmpty { return start(agenda.removeFirst()) }
        let orders = waiting.prefix(portion)
        waiting = waiting.dropFirst(portion)
        return orders.isEmpty ? nil : start(.statuses(Array(orders)))
    }

    /// Milliseconds until his rate allows a question; nil if it is not the rate that forbids it.
    func wait(at now: Timestamp) -> Int? {
        mayAsk ? rate.wait(at: now) : nil
    }

    /// One who failed several times in a row is left alone until the next run.
    private var mayAsk: Bool {
        failuresInARow < settings.breaker.failures && questionsOnTheWay < Self.questionsAtOnce
            && (!agenda.isEmpty || !waiting.isEmpty || mayHaveDueOrders)
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

    /// Notes that he answered a question.
    mutating func noteAnswer(at now: Timestamp) {
        answeredAt = now
        failuresInARow = 0
        portion = min(portion * 2, Action.idsPerCall)
    }

    /// Notes that he did not.
    mutating func noteFailure() {
        errors += 1
        failuresInARow += 1
    }

    /// Notes that he refused to tell about these orders together. One id he does not like may spoil
    /// the answer for all, so he is asked again, about fewer at a time.
    mutating func noteRefusal(of orders: [FollowedOrder], at now: Timestamp) {
        answeredAt = now
        portion = max(1, orders.count / 2)
        waiting = orders + waiting
    }
}

/// What a provider is asked.
enum Question {
    case catalogue, balance
    case statuses([FollowedOrder])
    case refills([DueRequest])
    /// His recent orders, of which some may be these.
    case recentOrders(limit: Int, about: [Doubt])
    /// Whether he has an order under the id that the desk decided.
    case decision(String, of: Doubt)

    var action: Action {
        switch self {
        case .catalogue: .services
        case .balance: .balance
        case .statuses(let orders): .status(orders.map(\.providerOrder))
        case .refills(let refills): .refillStatus(refills.compactMap(\.providerRequest))
        case .recentOrders(let limit, _): .orders(limit: limit)
        case .decision(let id, _): .status([id])
        }
    }

    var orders: [FollowedOrder] {
        if case .statuses(let orders) = self { orders } else { [] }
    }
}

extension ReplyFailure {
    /// Whether the provider refused because of what he was asked, not because of us or himself.
    var isAboutTheQuestion: Bool {
        guard case .refused(let errorClass) = reason else { return false }
        return switch errorClass {
        case .auth, .funds, .throttle: false
        case .service, .duplicate, .input, .notFound, nil: true
        }
    }
}
