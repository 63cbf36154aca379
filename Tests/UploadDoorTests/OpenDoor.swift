import Accounts
import Glibc
import LoopbackProvider
import Settings
import Stage
import StrictJSON
import TestHouse
import TestSupport

/// The built `upload` on a free port, for a house whose user is acme, with the built `ingest`
/// beside it. It ends with this object.
final class OpenDoor: Sendable {
    let house: House
    /// Acme's key.
    let key: String
    /// That of the desk `payments`, which may bring deposits.
    let deskKey: String
    private let port: UInt16
    private let process: Int32
    /// Closed once, by `deinit` or `stop`.
    private nonisolated(unsafe) var pipe: UnsafeMutablePointer<FILE>?

    /// - Parameters:
    ///   - scopes: what acme's key may do.
    ///   - waitSeconds: how long a call waits for its receipt.
    ///   - minFreeBytes: the room that the disk must have.
    ///   - settings: more of `upload:`, as YAML between braces.
    /// - Throws: `WorldFailure` if it does not start.
    init(
        _ scopes: Set<KeyScope> = .all, waitSeconds: Int = patience, minFreeBytes: Int64 = 0,
        settings: String = ""
    ) throws {
        house = try House(
            [Supplier(url: "https://alpha.example/api/v2")],
            also: """
                desks: {payments: [deposits]}
                intake: {settle_seconds: 0, min_free_bytes: 0}
                upload: {calls_per_second_per_key: 100000, calls_per_second_without_key: 100000, \
                min_free_bytes: \(minFreeBytes), linger_seconds: 1, \
                wait_seconds: \(waitSeconds), \(settings)}

                """)
        let stage = try Stage.openUnchecked(house.context("admin"))
        let accounts = try stage.openAccounts()
        key = try accounts.issue(
            KeyWish(for: .user("acme"), scopes: scopes), at: house.now
        ).key.text
        deskKey = try accounts.issue(KeyWish(for: .desk("payments")), at: house.now).key.text
        let script = """
            echo $$
            (while kill -0 $PPID && kill -0 $$; do sleep 1; done; kill $$) >/dev/null 2>&1 &
            exec '\(builtProgram("upload"))' --config '\(house.configuration)' --port 0 \
            2>'\(house.folder.path)/log'
            """
        guard let pipe = popen(script, "r") else { throw WorldFailure("no shell") }
        self.pipe = pipe
        func line() -> String {
            var line = [CChar](repeating: 0, count: 512)
            fgets(&line, Int32(line.count), pipe)
            return String(
                decoding: line.prefix { $0 > 31 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        guard let process = Int32(line()) else { throw WorldFailure("no process") }
        self.process = process
        guard let port = line().split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw WorldFailure("no port: \(content(at: "\(house.folder.path)/log") ?? "")")
        }
        self.port = port
    }

    deinit {
        kill(process, SIGTERM)
        if let pipe { pclose(pipe) }
    }

    /// What the server logged.
    var log: String { content(at: "\(house.folder.path)/log") ?? "" }

    /// Sends SIGTERM, waits for the end, and returns the exit status.
    func stop() -> Int32 {
        kill(process, SIGTERM)
        guard let pipe else { return -1 }
        self.pipe = nil
        return pclose(pipe) >> 8 & 0xFF
    }

    /// Kills it as a power cut would.
    func strike() {
        kill(process, SIGKILL)
        if let pipe { pclose(pipe) }
        pipe = nil
    }

    /// One call on a connection of its own.
    ///
    /// - Parameters:
    ///   - call: method and path.
    ///   - body: nil for a call without one.
    ///   - fields: header fields; nil: acme's key.
    /// - Returns: the answer.
    /// - Throws: `WorldFailure` if there is none.
    func ask(_ call: String, _ body: String? = nil, _ fields: [String]? = nil) throws -> Reply {
        var head = ["\(call) HTTP/1.1", "Host: localhost", "Connection: close"]
        head += fields ?? ["Authorization: Bearer \(key)"]
        if let body { head.append("Content-Length: \(body.utf8.count)") }
        let request = head.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
        guard let reply = loopbackExchange(request, port: port, patience: patience) else {
            throw WorldFailure("upload cannot be reached")
        }
        return try Reply(reply)
    }
}

/// An answer of a server.
struct Reply {
    let status: Int
    /// The head, as it came.
    let head: String
    let body: [UInt8]

    init(_ bytes: [UInt8]) throws {
        guard let gap = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw WorldFailure("no answer: \(String(decoding: bytes, as: UTF8.self))")
        }
        head = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self)
        body = Array(bytes[gap.upperBound...])
        status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// A field of the head, by its name in lower case.
    func field(_ name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts[0].lowercased() == name, parts.count == 2 {
                return String(parts[1].drop { $0 == " " })
            }
        }
        return nil
    }

    /// A member of the body, or of an object in it: `error.code`.
    subscript(_ path: String) -> String? {
        var value = try? JSONValue(parsing: body)
        for key in path.split(separator: ".") { value = value?[String(key)] }
        switch value {
        case .string(let text)?: return text
        case .number(let number)?: return number.integer.map { "\($0)" }
        case .bool(let flag)?: return "\(flag)"
        default: return nil
        }
    }
}

/// The text of a batch with one order for 1000 units at 2.00.
func batch(_ name: String, link: String = "https://example.com/a", service: Int = 101) -> String {
    """
    {"batch": "\(name)", "orders": [{"ref": "\(name)-1", "service": \(service), \
    "link": "\(link)", "quantity": 1000}]}
    """
}
