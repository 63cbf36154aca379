import Glibc
import LoopbackProvider
import Synchronization
import TestHouse
import TestSupport

/// Clients of `upload` who ask each call again until they have an answer, while the programs are
/// killed. Together they bring as many whole batches (`Works.kinds`) as they are told: in files, in
/// batches that wait, and in single orders.
final class DoorCrowd: Sendable {
    private let works: Works
    private let key: String
    private let deadline: ContinuousClock.Instant
    private let clients = Mutex<LoopbackThread?>(nil)
    private let state = Mutex(State())

    private struct State {
        /// The number of each single order, by its ref, as it was answered.
        var numbers: [String: Int64] = [:]
        var faults: [String] = []
        /// How many calls were answered at first, and how many only when they were asked again.
        var atOnce = 0
        var again = 0
    }

    /// How many clients there are: each makes its calls one after the other.
    private static let count = 4

    /// The file that is there once every call is answered.
    static let end = "answered"

    /// - `limit`: the seconds after which a call counts as never answered.
    init(_ works: Works, key: String, limit: Int) {
        self.works = works
        self.key = key
        deadline = .now + .seconds(limit)
    }

    /// Begins to bring `batches`, with a pause between two calls of a client.
    ///
    /// `milliseconds`: the pause.
    func start(_ batches: Int, pause milliseconds: UInt32) {
        let threads = (0..<Self.count).map { client in
            LoopbackThread { [self] in
                for number in stride(from: client + 1, through: batches, by: Self.count) {
                    bring(number)
                    usleep(milliseconds * 1_000)
                }
            }
        }
        clients.withLock { clients in
            clients = LoopbackThread { [self] in
                for thread in threads { thread.join() }
                _ = try? works.write("", to: Self.end)
            }
        }
    }

    private func bring(_ number: Int) {
        switch number % 3 {
        case 0:
            let name = "file\(number)"
            ask("PUT /v1/files/\(name).json", Works.text(ofBatch: name), [200, 201])
        case 1: ask("POST /v1/orders", Works.text(ofBatch: "batch\(number)"), [200])
        default:
            for kind in Works.kinds {
                let ref = "single\(number)-\(kind)"
                let link = "https://single\(number).example/\(kind)"
                let answer = ask(
                    "POST /api/v2", "action=add&service=101&quantity=100&link=\(link)&ref=\(ref)",
                    [200], "Content-Type: application/x-www-form-urlencoded\r\n")
                state.withLock { state in
                    state.numbers[ref] = answer?.order
                    if let answer, answer.order == nil {
                        state.faults.append("add \(ref) was answered \(answer.summary)")
                    }
                }
            }
        }
    }

    /// Asks until there is an answer with one of `statuses`. Only what says that it may be asked
    /// again is.
    @discardableResult
    private func ask(
        _ head: String, _ body: String, _ statuses: [Int], _ more: String = ""
    ) -> RawAnswer? {
        for attempt in 0... where ContinuousClock.now < deadline {
            let port = DoorProgram.port(in: content(at: "\(works.path)/said") ?? "")
            let answer = port.flatMap {
                RawAnswer(to: head, body, key, port: $0, more: more)
            }
            if let answer, statuses.contains(answer.status) {
                state.withLock { state in
                    if attempt == 0 { state.atOnce += 1 } else { state.again += 1 }
                }
                return answer
            }
            if let answer, ![202, 503, 504].contains(answer.status) {
                state.withLock { $0.faults.append("\(head) was answered \(answer.summary)") }
                return nil
            }
            usleep(20_000)
        }
        state.withLock { $0.faults.append("\(head) was never answered") }
        return nil
    }

    /// Waits for all clients. Returns what they should not have heard.
    func faults() throws -> [String] {
        clients.withLock(\.self)?.join()
        let (numbers, faults, atOnce, again) = state.withLock {
            ($0.numbers, $0.faults, $0.atOnce, $0.again)
        }
        let orders = Set(try works.table("SELECT ref, id FROM orders"))
        let wrong = numbers.filter { !orders.contains("\($0.key)|\($0.value)") }
        let isOneSided = atOnce == 0 || again == 0
        return faults + wrong.map { "\($0.key) is not order \($0.value)" }.sorted()
            + (isOneSided ? ["\(atOnce) calls were answered at once, \(again) later"] : [])
    }
}
