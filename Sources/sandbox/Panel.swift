import Money
import Timestamps

/// A provider's panel without HTTP: its questions, its deeds and its answers.
///
/// It counts an `add` before it does anything else about it. So its count is the number of orders
/// that it was sent, whatever it did with them.
package actor Panel {
    let options: SandboxOptions
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var startedAt: ContinuousClock.Instant
    /// The moment from which the panel's time is counted.
    private(set) var epoch = WallClock.system.now()
    /// How many milliseconds the clock was moved ahead by hand.
    private var advanced: Int64 = 0
    var books: Books
    private var counts: [String: Count] = [:]
    private var pranks: [String: Prank] = [:]
    /// While this is true no order is found, as on a panel that has not indexed them yet.
    private(set) var isBlind = false

    /// How often a link was ordered.
    package struct Count: Equatable, Sendable {
        package var received: Int64 = 0
        package var placed: Int64 = 0

        package init(received: Int64 = 0, placed: Int64 = 0) {
            self.received = received
            self.placed = placed
        }
    }

    /// An answer, and the fault that spoils it.
    package struct Answer: Sendable {
        package var reply: Reply
        package var fault: Fault?
    }

    /// - Parameters:
    ///   - options: how it behaves.
    ///   - clock: the time that the panel's clock follows, `options.speed` times as fast.
    package init(
        _ options: SandboxOptions,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.options = options
        self.clock = clock
        startedAt = clock()
        books = Books(balance: options.balance, seed: options.seed)
    }

    /// Milliseconds of the panel's time since it started.
    var now: Int64 {
        let (seconds, attoseconds) = startedAt.duration(to: clock()).components
        return (seconds * 1_000 + attoseconds / 1_000_000_000_000_000) * options.speed + advanced
    }

    /// Answers what `form` asks.
    package func answer(_ form: RequestForm) -> Answer {
        let action = form["action"] ?? ""
        if action == "add" { counts[form.target, default: Count()].received += 1 }
        do throws(Refusal) {
            guard form["key"] == options.key else { throw .invalidKey }
            return switch takePrank(on: action) {
            case nil: try perform(action, form)
            case .blindness: try blindly { () throws(Refusal) in try perform(action, form) }
            case .fault(let fault, after: false): Answer(reply: .object([:]), fault: fault)
            case .fault(let fault, after: true):
                Answer(reply: try perform(action, form).reply, fault: fault)
            }
        } catch {
            return Answer(reply: .refused(error))
        }
    }

    private func perform(_ action: String, _ form: RequestForm) throws(Refusal) -> Answer {
        if action == "add" { try add(form) } else { Answer(reply: try reply(to: action, form)) }
    }

    /// Places an order, unless its link asks otherwise, and answers as the link asks.
    private func add(_ form: RequestForm) throws(Refusal) -> Answer {
        let asked = Misbehaviour.asked(by: form.target)
        var fate: Fate?
        for misbehaviour in asked {
            switch (misbehaviour.effect, misbehaviour.deed) {
            case (_, .refuse(let refusal)): throw refusal
            case (.none, .answer(let fault)): return Answer(reply: .object([:]), fault: fault)
            case (_, .end(let end)): fate = end
            default: break
            }
        }

        let previous = books.lastOrder
        let order = try books.place(try Purchase(form), fate: fate, at: now)
        counts[form.target, default: Count()].placed += 1

        var answer = Answer(reply: .placed(order))
        for misbehaviour in asked {
            switch misbehaviour.deed {
            case .answer(let fault): answer.fault = fault
            case .repeatID: answer.reply = .placed(previous ?? order)
            case .omitID: answer.reply = .object(["status": .text("success")])
            case .refuse, .end: break
            }
        }
        return answer
    }
}

// The control path.
extension Panel {
    /// How to spoil the next answers to one action.
    struct Prank {
        var how: How
        /// Answers still to spoil.
        var times: Int

        enum How {
            /// The answer is spoiled. If `after`, the action is done first.
            case fault(Fault, after: Bool)
            /// No order is found.
            case blindness
        }
    }

    /// Spoils the next answers to `action`.
    func misbehave(on action: String, _ prank: Prank) {
        pranks[action] = prank
    }

    private func takePrank(on action: String) -> Prank.How? {
        guard let prank = pranks[action], prank.times > 0 else { return nil }
        pranks[action]?.times -= 1
        return prank.how
    }

    private func blindly(_ answer: () throws(Refusal) -> Answer) throws(Refusal) -> Answer {
        isBlind = true
        defer { isBlind = false }
        return try answer()
    }

    /// How often `link` was ordered.
    package func count(of link: String) -> Count {
        counts[link] ?? Count()
    }

    /// Every `add` that was received, whatever was done with it.
    package var totals: Count {
        counts.values.reduce(into: Count()) { sum, count in
            sum.received += count.received
            sum.placed += count.placed
        }
    }

    /// The count of every link, for the control path.
    var account: Reply {
        let totals = totals
        return .object([
            "received": .id(totals.received),
            "placed": .id(totals.placed),
            "by_link": .byID(
                counts.sorted { $0.key < $1.key }.map { link, count in
                    (
                        link,
                        .object(["received": .id(count.received), "placed": .id(count.placed)])
                    )
                }),
        ])
    }

    /// One order as it really is, whatever the panel tells its client.
    func account(of order: String?) throws(Refusal) -> Reply {
        try books.truth(about: order, at: now).account
    }

    /// Moves the panel's clock ahead.
    ///
    /// - Returns: the seconds of the panel's time since it started.
    package func advance(seconds: Int64) -> Int64 {
        advanced += seconds * 1_000
        return now / 1_000
    }

    /// Forgets every order, count and prank, and starts the clock again.
    package func reset() {
        startedAt = clock()
        epoch = WallClock.system.now()
        advanced = 0
        books = Books(balance: options.balance, seed: options.seed)
        counts = [:]
        pranks = [:]
    }
}
