import Glibc
import Synchronization
import TestSupport

/// The pipeline as an operator has it: the built programs, their configuration and their folders.
///
///     pipeline.yaml   var/ledger.sqlite   spool/   reports/
///
/// Its providers are sandboxes of its own, or servers that the test runs itself.
package final class Works: World, Sendable {
    package let path: String
    /// The folder at `path`, if it goes when the works go.
    private let folder: TemporaryFolder?
    private let running = Mutex<[String: SandboxProcess]>([:])

    /// The key by which every provider knows us.
    package static let key = "s3cret"

    /// Works in a folder that another object keeps.
    package init(path: String) {
        self.path = path
        folder = nil
    }

    /// Works in a folder of their own.
    ///
    /// - Parameter inMemory: for tests that would otherwise mostly wait for the disk.
    package init(inMemory: Bool = false) {
        let folder = TemporaryFolder(inMemory: inMemory)
        self.folder = folder
        path = folder.path
    }

    package var configuration: String { "\(path)/pipeline.yaml" }
    package var ledgerPath: String { "\(path)/var/ledger.sqlite" }
    package var spool: String { "\(path)/spool" }
    package var reports: String { "\(path)/reports" }

    /// The sandboxes that are running, by the name of the provider.
    package var sandboxes: [String: SandboxProcess] { running.withLock(\.self) }

    /// The only sandbox that is running.
    package var sandbox: SandboxProcess {
        get throws {
            guard let sandbox = sandboxes.values.first else {
                throw WorldFailure("no sandbox is running")
            }
            return sandbox
        }
    }

    /// Starts a sandbox as the provider `name`.
    ///
    /// `arguments`: what the sandbox is started with.
    @discardableResult
    package func start(_ name: String, _ arguments: String) throws -> SandboxProcess {
        let sandbox = try SandboxProcess(arguments, key: Self.key)
        running.withLock { $0[name] = sandbox }
        return sandbox
    }

    /// Stops a provider's sandbox: from now on nobody listens at its address.
    package func stop(_ name: String) {
        running.withLock { $0[name] = nil }
    }
}

extension Works {
    /// Writes the configuration. Files are taken at once, and no answer pauses a provider.
    ///
    /// - `intake`: more settings of the intake, as YAML between braces.
    /// - `also`: more lines of `pipeline.yaml`.
    package func configure(
        _ suppliers: [Supplier], intake: String = "max_files_per_commit: 1000", also: String = ""
    ) throws {
        try write(
            """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            reports: reports
            intake: {settle_seconds: 0, incomplete_seconds: 0, min_free_bytes: 0, \(intake)}
            fees: {withdrawal: {percent: "1", fixed: "0"}}
            \(also)
            providers:
            \(suppliers.map { $0.line(key: "{env: SANDBOX_KEY}") }.joined(separator: "\n"))
            """, to: "pipeline.yaml")
    }

    /// Changes one place of the configuration.
    package func configure(_ new: String, insteadOf old: String) throws {
        let text = content(at: configuration) ?? ""
        guard text.contains(old) else { throw WorldFailure("\(old) is not configured") }
        try write(text.replacing(old, with: new), to: "pipeline.yaml")
    }

    /// Writes a file below the folder, and makes the directories it lies in; returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        guard shellRun("mkdir -p '/\(folder)'").status == 0 else {
            throw WorldFailure("/\(folder) cannot be made")
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw WorldFailure("\(file) cannot be made") }
        let count = Glibc.write(descriptor, text, text.utf8.count)
        guard close(descriptor) == 0, count == text.utf8.count else {
            throw WorldFailure("\(file) cannot be written")
        }
        return file
    }

    /// The text of a file.
    package func read(_ file: String) throws -> String {
        guard let text = content(at: file) else { throw WorldFailure("\(file) cannot be read") }
        return text
    }

    /// The names in a directory of the spool, sorted; none if it is not there.
    package func entries(_ directory: String) -> [String] {
        TestSupport.names(in: "\(spool)/\(directory)")
    }

    /// Drops a batch file into a reseller's inbox; returns the name of its receipt.
    ///
    /// `content`: the text between the braces of the file.
    @discardableResult
    package func drop(_ content: String, for user: String = "acme") throws -> String {
        let number = nextFile()
        try write("{\(content)}", to: "spool/resellers/\(user)/inbox/\(number).json")
        return "\(number).receipt.json"
    }

    /// Drops a file into the desk's inbox.
    ///
    /// `content`: the text between the braces of the file, beside its author and reason.
    package func desk(_ content: String) throws {
        let number = nextFile()
        try write(
            #"{"batch": "\#(number)", "by": "anna", "why": "test", \#(content)}"#,
            to: "spool/desk/inbox/\(number).json")
    }

    /// A name that no file had before, and that sorts behind all of them.
    private func nextFile() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return String(now.tv_sec * 1_000_000_000 + now.tv_nsec)
    }
}

/// Why a world cannot go on.
package struct WorldFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
