import Ledger
import Money
import Providers
import Settings
import Timestamps
import Trade
import Transport

/// The lane of one provider that is asked questions: which questions, in which order, how many at
/// once, and for how long it may fail.
struct AskingLane {
    let provider: Provider
    private var lane: Lane
    /// The questions to ask once, before the statuses; the next one is last.
    private var agenda: [Question] = []
    /// Orders that are due, to be asked about next.
    private var waiting: ArraySlice<FollowedOrder> = []
    /// Whether more may be due than those.
    private var mayHaveDueOrders = false
    /// The numbers of the orders that it is being asked about, by question.
    private var open: [[Int64]] = []
    /// How it is asked about orders, and what this run learns about that.
    var manner: Manner
    private var failuresInARow = 0
    /// The currency that it last named beside a charge.
    var statusCurrency: Currency?

    /// How many questions may be on their way to one provider.
    static let questionsAtOnce = 4
    /// How many due orders are read from the ledger at once.
    static let ordersAtOnce = 2_000
    /// How long to leave a provider alone that says "too fast" without naming a time, in seconds.
    private static let usualThrottle = 30

    init(
        _ provider: Provider, _ settings: ProviderSettings, key: String, form: StatusForm?,
        at now: Timestamp
    ) {
        self.provider = provider
        statusCurrency = provider.statusCurrency
        // Questions can be asked again, so any connection will do.
        lane = Lane(
            settings, key: key, burst: Self.questionsAtOnce,
            throttledUntil: provider.health.throttledUntil, closesSilently: false, at: now)
        manner = Manner(form)
    }

    var settings: ProviderSettings { lane.settings }
    var endpoint: ProviderEndpoint { lane.endpoint }
    var errors: Int { lane.errors }
    var answeredAt: Timestamp? { lane.answeredAt }
}

// MARK: - What to ask

extension AskingLane {
    /// Sets the questions of this run.
    mutating func plan(_ questions: [Question], statuses: Bool) {
        agenda = questions.reversed()
        mayHaveDueOrders = statuses
    }

    /// Adds a question to be asked before all others.
    mutating func put(_ question: Question) {
        agenda.append(question)
    }

    /// Puts these orders back, to be asked about before the others that are due.
    mutating func putBack(_ orders: [FollowedOrder]) {
        waiting = orders + waiting
    }

    /// How many due orders to read from the ledger before the next question; nil while some wait
    /// here.
    var missingOrders: Int? {
        agenda.isEmpty && waiting.isEmpty && mayHaveDueOrders
            ? open.reduce(Self.ordersAtOnce) { $0 + $1.count } : nil
    }

    /// Takes orders that are due, the longest due first. Those it is being asked about are still
    /// due in the ledger, and are left out.
    mutating func take(due orders: [FollowedOrder]) {
        let open = Set(open.joined())
        waiting = orders.filter { !open.contains($0.id.rawValue) }[...]
        mayHaveDueOrders = !waiting.isEmpty
    }

    /// The next question, which is put on its way; nil if there is none.
    mutating func nextQuestion() -> Question? {
        if let question = agenda.popLast() { return start(question) }
        let orders = waiting.prefix(manner.portion)
        waiting = waiting.dropFirst(orders.count)
        return orders.isEmpty ? nil : start(.statuses(Array(orders), as: manner.form))
    }

    private mutating func start(_ question: Question) -> Question {
        lane.start()
        if !question.orders.isEmpty { open.append(question.orders.map(\.id.rawValue)) }
        return question
    }
}

// MARK: - When to ask

extension AskingLane {
    /// Whether it may be asked a question at `now`.
    mutating func mayAsk(at now: Timestamp) -> Bool {
        mayAsk && !lane.isThrottled(at: now) && lane.available(at: now) > 0
    }

    /// Milliseconds until its rate allows a question; nil if something else forbids it. A run never
    /// waits for a provider that asked to be left alone: a later one asks it.
    func wait(at now: Timestamp) -> Int? {
        mayAsk && !lane.isThrottled(at: now) ? lane.wait(at: now) : nil
    }

    /// If it failed several times in a row, it is left alone until the next run.
    private var mayAsk: Bool {
        failuresInARow < settings.breaker.failures && lane.inFlight < Self.questionsAtOnce
            && (!agenda.isEmpty
                || !manner.isProbing && (!waiting.isEmpty || mayHaveDueOrders))
    }
}

// MARK: - What answers say about the provider

extension AskingLane {
    /// Notes that a question has ended, well or not.
    mutating func end(_ question: Question) {
        lane.end()
        let orders = question.orders.map(\.id.rawValue)
        if let place = open.firstIndex(of: orders) { open.remove(at: place) }
    }

    /// Notes that it answered a question.
    mutating func noteAnswer(at now: Timestamp) {
        lane.noteAnswer(at: now)
        failuresInARow = 0
    }

    /// Notes that it did not answer this many questions.
    mutating func noteFailures(_ count: Int = 1) {
        lane.noteErrors(count)
        failuresInARow += count
    }

    /// Notes that it asked to be left alone.
    ///
    /// - Returns: the end of that time.
    mutating func noteThrottle(seconds: Int?, at now: Timestamp) -> Timestamp {
        lane.leaveAlone(seconds: seconds ?? Self.usualThrottle, at: now)
    }
}
