import LoopbackProvider
import Synchronization

/// A provider that takes every order, delivers it at once, and knows what it was sent. About a link
/// that begins with `doubt` it says neither yes nor no.
final class ObligingPanel: Sendable {
    let provider: LoopbackProvider
    private let orders: Orders

    private final class Orders: Sendable {
        let links = Mutex<[String]>([])
    }

    init() {
        let orders = Orders()
        self.orders = orders
        provider = LoopbackProvider { request in
            guard request.field("key") == "s3cret" else {
                return .reply(#"{"error": "Invalid API key"}"#)
            }
            switch request.field("action") {
            case "services": return .reply(Self.catalogue)
            case "balance": return .reply(#"{"balance": "12.34", "currency": "USD"}"#)
            case "add" where request.field("link")?.hasPrefix("doubt") == true:
                return .reply(#"{"error": "Computer says perhaps"}"#)
            case "add":
                let id = orders.links.withLock { links in
                    links.append(request.field("link") ?? "")
                    return 9_000 + links.count
                }
                return .reply(#"{"order": \#(id)}"#)
            case "status": return .reply(Self.status(request))
            default: return .reply(#"{"error": "Incorrect request"}"#)
            }
        }
    }

    deinit { provider.stop() }

    var url: String { provider.url }

    /// The links of the orders received, in order.
    var links: [String] { orders.links.withLock(\.self) }

    /// The panel's id of the one order for a link.
    func id(of link: String) -> String {
        links.firstIndex(of: link).map { String(9_001 + $0) } ?? "none"
    }

    private static let catalogue = """
        [{"service": 101, "name": "Followers", "type": "Default", "category": "Instagram",
          "rate": "1.00", "min": "1", "max": "100000", "refill": false, "cancel": false}]
        """

    private static func status(_ request: LoopbackRequest) -> String {
        let done =
            #"{"status": "Completed", "charge": "1.00", "start_count": "5", "remains": "0"}"#
        guard let ids = request.field("orders") else { return done }
        let members = ids.split(separator: ",").map { "\"\($0)\": \(done)" }
        return "{\(members.joined(separator: ","))}"
    }
}
