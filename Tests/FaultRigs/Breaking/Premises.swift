import Glibc
import TestSupport

/// The folder of a panel, and its programs as they were built.
///
///     pipeline.yaml   var/ledger.sqlite   spool/   reports/
struct Premises: Sendable {
    let path: String

    /// The key of every sandbox.
    static let key = "k"

    var ledger: String { "\(path)/var/ledger.sqlite" }
    var spool: String { "\(path)/spool" }

    /// Writes the configuration, with the sandbox at `url` as the only provider.
    ///
    /// - Parameter intake: more settings of the intake, as YAML between braces.
    func configure(provider url: String, intake: String = "max_files_per_commit: 1000") throws {
        try configure(providers: ["sandbox": url], intake: intake)
    }

    /// Writes the configuration: files are taken at once, and no answer of a provider pauses it.
    ///
    /// - Parameters:
    ///   - providers: their addresses, by name.
    ///   - timeouts: how long a request to some of them may take, in seconds; else only what hangs is
    ///     given up.
    ///   - category: what every service's category is called here; nil: as the provider calls it.
    func configure(
        providers: KeyValuePairs<String, String>, timeouts: [String: Int] = [:],
        intake: String = "max_files_per_commit: 1000", category: String? = nil
    ) throws {
        let rules = category.map { "rules: [{rename_category: \"\($0)\"}]" } ?? ""
        let list = providers.map { name, url in
            let limit = timeouts[name] ?? patience
            return """
                  - {name: \(name), url: "\(url)", api_key: {env: SANDBOX_KEY}, currency: USD, \
                requests_per_second: 10000, poll_every: 1, breaker: {doubts: 1000, failures: 1000}, \
                timeouts: {connect: \(limit), total: \(limit)}, allow_http: true}
                """
        }
        try write(
            """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            reports: reports
            intake: {settle_seconds: 0, incomplete_seconds: 0, min_free_bytes: 0, \(intake)}
            catalogue: {\(rules)}
            fees: {withdrawal: {percent: "1", fixed: "0"}}
            providers:
            \(list.joined(separator: "\n"))
            """, to: "pipeline.yaml")
    }

    /// Writes a file below the folder, and makes the directories it lies in.
    func write(_ text: String, to name: String) throws {
        let file = "\(path)/\(name)"
        let folder = file.prefix(upTo: file.lastIndex(of: "/")!)
        guard shellRun("mkdir -p '\(folder)'").status == 0, let stream = fopen(file, "w") else {
            throw RigFailure("\(file) cannot be made")
        }
        fputs(text, stream)
        guard fclose(stream) == 0 else { throw RigFailure("\(file) cannot be written") }
    }

    /// How a program ended.
    struct Ending {
        /// 128 and the signal where it was killed.
        let status: Int32
        /// All that it said.
        let text: String

        var isKilled: Bool { status == 128 + SIGKILL }
    }

    /// Runs a program with its arguments, which a blow may strike.
    func run(_ command: String, struckBy blow: Blow? = nil) -> Ending {
        run(command) { blow?.striking($0) ?? "exec \($0)" }
    }

    /// Runs a program with its arguments under another one.
    func run(_ command: String, under other: String) -> Ending {
        run(command) { "\(other) \($0)" }
    }

    private func run(_ command: String, as script: (String) -> String) -> Ending {
        var words = command.split(separator: " ", maxSplits: 1).map(String.init)
        words[0] = "'\(builtProgram(words[0]))'"
        let line = "\(words.joined(separator: " ")) --config '\(path)/pipeline.yaml' --quiet"
        let run = shellRun("exec 2>&1; export SANDBOX_KEY=\(Self.key); \(script(line))")
        return Ending(status: run.status, text: run.output)
    }

    /// Runs a program that a blow is to kill, and says whether it did; else the run must end well.
    func isKilled(_ command: String, by blow: Blow) throws -> Bool {
        let ending = run(command, struckBy: blow)
        guard ending.isKilled || ending.status == 0 else {
            throw RigFailure("\(command) ended with \(ending.status): \(ending.text)")
        }
        return ending.isKilled
    }

    /// Runs programs one after the other; each must end well.
    func done(_ commands: String...) throws {
        for command in commands {
            let ending = run(command)
            guard ending.status == 0 else {
                throw RigFailure("\(command) ended with \(ending.status): \(ending.text)")
            }
        }
    }
}

/// Why a rig cannot go on.
struct RigFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
