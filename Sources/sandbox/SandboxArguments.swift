import ArgumentParser
import Glibc
import Money

/// The command line of `sandbox`.
struct SandboxArguments: ParsableArguments {
    @Option(help: "Port to listen on; 0 takes a free one.")
    var port: UInt16 = 8099

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(
        help: """
            The key that clients must send. Better give it in $SANDBOX_KEY: a key on the command \
            line can be read in the list of processes.
            """)
    var key: String?

    @Option(help: "How many times faster than the wall clock; 0 stands still.")
    var speed: Int64 = 1

    @Option(
        help: "The client's balance. (default: 1000.00)",
        transform: { try Amount(parsing: $0) })
    var balance = Amount(micros: 1_000_000_000)

    @Option(help: "The panel's currency. (default: USD)", transform: { try Currency(parsing: $0) })
    var currency = Currency.usd

    @Option(help: "Milliseconds to wait before every answer.")
    var latency: UInt32 = 0

    @Option(help: "How many seconds slow answers take.")
    var slow: UInt32 = 2

    @Option(
        help: "How answers are spelled, see above. (default: vendor)",
        transform: { try Dialect(parsing: $0) })
    var dialect = Dialect()

    @Option(help: "Order ids and start counts are derived from it.")
    var seed: UInt64 = 1

    @Flag(help: "Log each request on standard error, never the key.")
    var verbose = false

    /// The fastest speed of the clock.
    private static let maximumSpeed: Int64 = 1_000_000

    mutating func validate() throws {
        guard (0...Self.maximumSpeed).contains(speed) else {
            throw ValidationError("--speed must be from 0 to \(Self.maximumSpeed).")
        }
    }

    /// The options of the server.
    ///
    /// - Throws: `ValidationError` if there is no key. `validate` does not check this, because it
    ///   runs before an unknown option is reported.
    func checked() throws -> SandboxOptions {
        guard let key = key ?? Self.keyInEnvironment else {
            throw ValidationError("Give the key that clients must send in $SANDBOX_KEY.")
        }
        var options = SandboxOptions(key: key)
        options.currency = currency
        options.host = host
        options.port = Int(port)
        options.speed = speed
        options.balance = balance
        options.latency = .milliseconds(latency)
        options.slow = .seconds(slow)
        options.dialect = dialect
        options.seed = seed
        options.verbose = verbose
        return options
    }

    private static var keyInEnvironment: String? {
        getenv("SANDBOX_KEY").map { String(cString: $0) }
    }
}

extension Dialect {
    /// Reads a comma-separated list of habits; `vendor` is none.
    fileprivate init(parsing list: String) throws {
        self.init(
            Set(
                try list.split(separator: ",").filter { $0 != "vendor" }.map { name in
                    guard let habit = Habit(rawValue: String(name)) else {
                        let known = Habit.allCases.map(\.rawValue).joined(separator: ", ")
                        throw ValidationError("\"\(name)\" is no dialect; there are \(known).")
                    }
                    return habit
                }))
    }
}
