import LoopbackProvider
import Synchronization
import TestHouse
import TestSupport
import Timestamps

/// A provider that keeps the right time and its own list of orders, and answers badly now and then.
final class ForgetfulPanel: Sendable {
    /// An order as it has it.
    struct Order: Sendable {
        let id: Int
        let link: String
        let createdAt: Timestamp
        var questions = 0
    }

    private struct State {
        var orders: [Order] = []
        var random: Seeded
        var isWell = false
    }

    private let clock: TickingClock
    private let state: Mutex<State>

    init(_ clock: TickingClock, _ random: Seeded) {
        self.clock = clock
        state = Mutex(State(random: random))
    }

    /// From now on it answers well.
    func recover() {
        state.withLock { $0.isWell = true }
    }

    var orders: [Order] { state.withLock(\.orders) }

    func answer(_ request: LoopbackRequest) -> LoopbackAnswer {
        state.withLock { state in
            switch request.field("action") {
            case "add": add(request.field("link")!, &state)
            case "status": status(request.field("orders") ?? request.field("order")!, &state)
            case "orders": .reply("[\(state.orders.map(row).joined(separator: ","))]")
            case "balance": .reply(#"{"balance": "100", "currency": "USD"}"#)
            default: .reply(#"{"error": "Incorrect request"}"#)
            }
        }
    }

    private func add(_ link: String, _ state: inout State) -> LoopbackAnswer {
        let fate = state.isWell ? 9 : Int.random(in: 0..<10, using: &state.random)
        switch fate {
        case 0: return .reply("", status: 429, headers: ["Retry-After: 600"])
        case 1: return .reply(#"{"error": "Not enough funds on balance"}"#)
        case 2: return .reply("", status: 500)
        default: break
        }
        let id = 1_000 + state.orders.count
        state.orders.append(Order(id: id, link: link, createdAt: clock.truth))
        return fate == 3 ? .reset : .reply(#"{"order": \#(id)}"#)
    }

    /// An order is done when it is asked about for the third time.
    private func status(_ ids: String, _ state: inout State) -> LoopbackAnswer {
        if !state.isWell, Int.random(in: 0..<5, using: &state.random) == 0 {
            return .reply("", status: 500)
        }
        let answers = ids.split(separator: ",").map { id in
            guard let index = state.orders.firstIndex(where: { "\($0.id)" == id }) else {
                return #""\#(id)": {"error": "Incorrect order ID"}"#
            }
            state.orders[index].questions += 1
            let word = state.orders[index].questions < 3 ? "In progress" : "Completed"
            return #""\#(id)": {"status": "\#(word)", "remains": "0"}"#
        }
        guard ids.contains(",") else {
            return .reply(String(answers[0].drop { $0 != "{" }))
        }
        return .reply("{\(answers.joined(separator: ","))}")
    }

    private func row(_ order: Order) -> String {
        #"{"order": \#(order.id), "service": "101", "link": "\#(order.link)", "quantity": 1000, "#
            + #""created": "\#(order.createdAt)"}"#
    }
}
