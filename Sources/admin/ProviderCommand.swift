import ArgumentParser
import Failures
import Glibc
import Money
import Providers
import Run
import Settings
import StrictJSON

/// `admin provider`: test a provider, resume it, seal its key.
struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider", abstract: "Test a provider, end its pause, or seal its key.",
        subcommands: [Test.self, Resume.self, Seal.self])

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a provider for our balance, with the key that is configured.")

        @OptionGroup var options: StageOptions

        @Argument(help: "The provider's name in the configuration.")
        var name: String

        func run() async throws {
            try await options.look("admin") { context in
                let provider = try context.settings.configured(name)
                let key = try context.settings.key(of: provider)
                let answer = try BalanceQuestion(provider, key: key).ask()
                try Answer.give(options, answer.text) { json in
                    json.member("provider", name)
                    json.member("balance", "\(answer.balance.amount)")
                    json.member("currency", answer.balance.currency?.code)
                    json.member("milliseconds", answer.milliseconds)
                }
            }
        }
    }

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal a provider's key for the configuration.",
            discussion: """
                Reads the key from standard input, at a terminal without showing it, and prints \
                the value for api_key. Only the master key opens it, and only for a provider of \
                that name.
                """)

        @OptionGroup var options: StageOptions

        @Argument(help: "The name that the provider has, or will have, in the configuration.")
        var name: String

        func run() async throws {
            try await options.look("admin") { context in
                guard let masterKey = try context.settings.masterKey() else {
                    throw ValidationError(
                        "There is no master_key in the configuration to seal with.")
                }
                let isPerson = isatty(STDIN_FILENO) == 1
                let key = isPerson ? Terminal.askSecretly("API key of \(name): ") : readLine()
                guard let key, !key.isEmpty else {
                    throw ValidationError("There was no key to read; nothing was sealed.")
                }
                let sealed = masterKey.seal(key, of: name)
                try Answer.give(options, #"api_key: {sealed: "\#(sealed)"}"#) { json in
                    json.member("sealed", sealed)
                }
            }
        }
    }
}

extension Settings {
    /// The provider of that name.
    ///
    /// - Throws: `ValidationError`.
    func configured(_ name: String) throws -> ProviderSettings {
        if let provider = providers.first(where: { $0.name == name }) { return provider }
        let names = providers.map(\.name).joined(separator: ", ")
        throw ValidationError("There is no provider \(name); the configuration has: \(names).")
    }
}
