import LoopbackProvider
import Synchronization
import TestSupport

/// A call that brings orders through `upload`, as a reseller's script makes it: the same bytes
/// whenever it is asked again.
struct DoorCall: Sendable {
    enum Kind: Equatable, Sendable {
        /// `PUT` or `POST /v1/files`.
        case file
        /// `POST /v1/orders`.
        case batch
        /// `add` of the API v2.
        case order(hasRef: Bool)
    }

    let name: String
    let kind: Kind
    /// The links that it orders.
    let links: [String]
    /// The links of another file that has the same name.
    var rivals: [String] = []
    /// How many clients make it at once.
    var copies = 1
    private let head: String
    private let body: String

    /// `PUT`s a file.
    ///
    /// `batch`: the batch's name, from which its links are made.
    static func put(_ name: String, batch: String, rival: String? = nil) -> DoorCall {
        DoorCall(
            name: "PUT \(name) of \(batch)", kind: .file, links: links(of: batch),
            rivals: rival.map(links) ?? [], head: "PUT /v1/files/\(name).json",
            body: text(of: batch))
    }

    /// Sends a file that the door names.
    static func post(batch: String) -> DoorCall {
        DoorCall(
            name: "POST \(batch)", kind: .file, links: links(of: batch), head: "POST /v1/files",
            body: text(of: batch))
    }

    /// Sends a batch that is taken at once.
    static func orders(batch: String, copies: Int = 1) -> DoorCall {
        DoorCall(
            name: "orders of \(batch)", kind: .batch, links: links(of: batch), copies: copies,
            head: "POST /v1/orders", body: text(of: batch))
    }

    /// Adds one order.
    static func add(_ link: String, ref: String? = nil, copies: Int = 1) -> DoorCall {
        let reference = ref.map { "&ref=\($0)" } ?? ""
        return DoorCall(
            name: "add \(link)", kind: .order(hasRef: ref != nil), links: [link], copies: copies,
            head: "POST /api/v2",
            body: "action=add&service=101&quantity=100&link=\(link)\(reference)")
    }

    /// The text of a batch with two orders.
    static func text(of batch: String) -> String {
        let orders = links(of: batch).enumerated().map { number, link in
            #"{"ref": "\#(batch)-\#(number)", "service": 101, "quantity": 100, "link": "\#(link)"}"#
        }
        return #"{"batch": "\#(batch)", "orders": [\#(orders.joined(separator: ","))]}"#
    }

    static func links(of batch: String) -> [String] {
        [1, 2].map { "https://\(batch).example/\($0)" }
    }
}

extension DoorCall {
    /// Makes the call once; nil if no whole answer came.
    func ask(_ port: Int?, _ key: String) -> RawAnswer? {
        guard let port else { return nil }
        let form = "Content-Type: application/x-www-form-urlencoded\r\n"
        return RawAnswer(
            to: head, body, key, port: port, more: head.hasSuffix("/api/v2") ? form : "")
    }

    /// Makes all calls at once, each from as many clients as it has copies; returns what each of
    /// these heard.
    ///
    /// `hearing`: called each time that a client has heard something.
    static func askAll(
        _ calls: [DoorCall], _ port: Int?, _ key: String,
        hearing: @escaping @Sendable () -> Void = {}
    ) -> [[RawAnswer?]] {
        let answers = Mutex([[RawAnswer?]](repeating: [], count: calls.count))
        let clients = calls.enumerated().flatMap { index, call in
            (0..<call.copies).map { _ in
                LoopbackThread {
                    let answer = call.ask(port, key)
                    answers.withLock { $0[index].append(answer) }
                    if answer != nil { hearing() }
                }
            }
        }
        for client in clients { client.join() }
        return answers.withLock(\.self)
    }
}

extension RawAnswer {
    /// The answer to one call on a connection of its own; nil if no whole one came.
    ///
    /// - `head`: method and path.
    /// - `more`: further lines of the head.
    init?(to head: String, _ body: String?, _ key: String, port: Int, more: String = "") {
        guard let client = try? RawClient(port: port) else { return nil }
        let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
        client.send(
            "\(head) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Authorization: Bearer \(key)\r\n\(more)\(length)\r\n\(body ?? "")")
        guard let answer = try? client.answer() else { return nil }
        self = answer
    }

    /// The number of the first order that it tells.
    var order: Int64? {
        text.firstMatch(of: /"order": ?"?([0-9]+)/).flatMap { Int64($0.1) }
    }

    /// Whether it was sent away because a commit was late (doors.md §1, rule 9).
    var isLate: Bool { [202, 503, 504].contains(status) || isWithdrawn }

    /// Whether it says that nothing happened, now and ever. The API v2 says so as the trade does.
    var isWithdrawn: Bool {
        [503, 507].contains(status) || status == 200 && text.contains("Rate limit exceeded")
    }

    /// Its status, and the beginning of its body.
    var summary: String { "\(status) \(text.prefix(200))" }
}
