import LoopbackProvider
import Synchronization
import TestHouse
import TestSupport

/// A provider that looks into our books whenever it receives an order: before a byte of it leaves,
/// the ledger must say that it may have left.
struct IntentFirst {
    /// Sends this many orders, and returns what the provider saw that should not be.
    func seen(sending count: Int) throws -> [String] {
        let eyes = Mutex<House?>(nil)
        let early = Mutex<[String]>([])
        let provider = LoopbackProvider { request in
            let state = eyes.withLock { house in
                try? house?.table(
                    "SELECT state FROM orders WHERE link = '\(request.field("link") ?? "")'")
            }
            if state != ["sending"] {
                early.withLock {
                    $0.append("an order was sent while it was \(state ?? ["unknown"])")
                }
            }
            return .reply(#"{"order": \#(request.serial)}"#)
        }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url)])
        eyes.withLock { $0 = house }
        try house.accept((1...count).map { "https://a.example/\($0)" })
        let run = shellRun(
            "'\(builtProgram("dispatch"))' --config '\(house.configuration)' --quiet 2>&1")
        var seen = early.withLock { $0 }
        if run.status != 0 { seen.append("dispatch ended with \(run.status): \(run.output)") }
        if provider.requests.count != count {
            seen.append("\(count) orders were sent in \(provider.requests.count) requests")
        }
        return seen
    }
}
