import Glibc
import LoopbackProvider
import Money
import StrictJSON
import TestSupport

/// The built sandbox on a free port, for as long as this object lives.
///
/// A process of its own, because a stage blocks the thread it runs on, and the sandbox's code would
/// have to share the few threads there are for that.
package final class SandboxProcess: Sendable {
    package let url: String
    /// A sweep has more links than one reply of a provider may have orders.
    private static let limits = JSONLimits(keys: 1 << 14)
    private let key: String
    private let port: UInt16
    private let process: Int32
    /// Closed once, by `deinit`.
    private nonisolated(unsafe) let pipe: UnsafeMutablePointer<FILE>

    package init(_ arguments: String, key: String = "s3cret") throws {
        self.key = key
        let program = builtProgram("sandbox")
        // A test that is killed cannot end its sandbox, so something looks whether it is still
        // there.
        let script = """
            echo $$
            (while kill -0 $PPID && kill -0 $$; do sleep 1; done; kill $$) >/dev/null 2>&1 &
            SANDBOX_KEY=\(key) exec \(program) --port 0 \(arguments)
            """
        guard let pipe = popen(script, "r") else { throw WorldFailure("no sandbox") }
        self.pipe = pipe
        func line() -> String {
            var line = [CChar](repeating: 0, count: 512)
            fgets(&line, Int32(line.count), pipe)
            return String(
                decoding: line.prefix { $0 > 31 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        guard let process = Int32(line()),
            let url = line().split(separator: " ").last.map(String.init),
            let port = url.split(separator: ":").last.flatMap({ UInt16($0.prefix { $0 != "/" }) })
        else { throw WorldFailure("the sandbox did not say where it listens") }
        (self.process, self.url, self.port) = (process, url, port)
    }

    deinit {
        kill(process, SIGTERM)
        pclose(pipe)
    }

    /// How often each link was sent, and placed.
    package func counts() throws -> [String: Count] {
        guard case .object(let links)? = try ask("GET", "/control/orders")["by_link"] else {
            throw WorldFailure("the sandbox does not tell its counts")
        }
        return Dictionary(
            uniqueKeysWithValues: links.map { link in
                (
                    link.key,
                    Count(
                        received: link.value["received"]?.integer,
                        placed: link.value["placed"]?.integer)
                )
            })
    }

    package struct Count: Equatable {
        package let received: Int64?
        package let placed: Int64?

        package init(received: Int64?, placed: Int64?) {
            self.received = received
            self.placed = placed
        }
    }

    /// The id of the order that the sandbox has for a link; nil if it has none.
    package func order(for link: String) throws -> String? {
        guard
            case .array(let orders) = try ask(
                "POST", "/api/v2", "key=\(key)&action=orders&limit=1000")
        else { throw WorldFailure("the sandbox does not list its orders") }
        guard let order = orders.first(where: { $0["link"] == .string(link) }) else {
            guard orders.count < 1_000 else {
                throw WorldFailure("the sandbox may have it, and lists only its last orders")
            }
            return nil
        }
        // As the panel's dialect has it.
        switch order["order"] ?? order["order_id"] {
        case .number(let number)?: return number.integer.map(String.init)
        case .string(let text)?: return text
        default: throw WorldFailure("the sandbox lists an order without its id")
        }
    }

    /// Our balance at the sandbox, in millionths, as the ledger writes it.
    package func balance() throws -> String {
        let balance = try ask("POST", "/api/v2", "key=\(key)&action=balance")["balance"]
        guard case .string(let text)? = balance, let amount = try? Amount(parsing: text) else {
            throw WorldFailure("the sandbox does not tell its balance")
        }
        return "\(amount.micros)"
    }

    package func advance(seconds: Int) throws {
        _ = try ask("POST", "/control/advance", #"{"seconds":\#(seconds)}"#)
    }

    /// Spoils the next `times` answers to an action. With `after`, the sandbox does what is asked
    /// first.
    ///
    /// `fault`: as `sandbox --help` names it: `html`.
    package func misbehave(
        on action: String, _ fault: String, times: Int, after: Bool = false
    ) throws {
        _ = try ask(
            "POST", "/control/misbehave",
            #"{"action":"\#(action)","how":"\#(fault)","times":\#(times),"after":\#(after)}"#)
    }

    private func ask(_ method: String, _ path: String, _ body: String = "") throws -> JSONValue {
        let request =
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        guard let reply = loopbackExchange(request, port: port, patience: patience) else {
            throw WorldFailure("the sandbox cannot be reached")
        }
        guard let gap = reply.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw WorldFailure("the sandbox did not answer \(path)")
        }
        let body = reply[gap.upperBound...]
        // Some dialects begin with a warning.
        return try JSONValue(
            parsing: Array(body.drop { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "[") }),
            limits: Self.limits)
    }
}

extension JSONValue {
    fileprivate var integer: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }
}
