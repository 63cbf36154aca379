import Glibc

extension Settings {
    /// The keys of all enabled providers, by provider.
    ///
    /// A program that talks to providers calls this before it touches anything. A key that cannot
    /// be read is a mistake in the configuration, and is reported with its place there.
    package func providerKeys(
        environment: (String) -> String? = processEnvironment
    ) throws(SettingsError) -> [String: String] {
        // Without sealed keys there need not be a master key.
        let isAnySealed = providers.contains { $0.isEnabled && $0.apiKey.isSealed }
        let masterKey = isAnySealed ? try masterKey(environment: environment) : nil
        var keys: [String: String] = [:]
        var problems: [SettingsError.Problem] = []
        for provider in providers where provider.isEnabled {
            do {
                keys[provider.name] = try provider.apiKey.reveal(
                    environment: environment, masterKey: masterKey)
            } catch {
                problems.append(provider.apiKey.problem(error))
            }
        }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        return keys
    }

    /// The key of one provider, enabled or not.
    package func key(
        of provider: ProviderSettings,
        environment: (String) -> String? = processEnvironment
    ) throws(SettingsError) -> String {
        let masterKey = try masterKey(environment: environment)
        do {
            return try provider.apiKey.reveal(environment: environment, masterKey: masterKey)
        } catch {
            throw SettingsError(problems: [provider.apiKey.problem(error)])
        }
    }

    /// Why keys of enabled providers cannot be read, by provider, for a caller that only warns.
    ///
    /// - Parameters:
    ///   - assumingEnvironment: do not report a variable that is not set, because the programs may
    ///     run
    ///     in a different environment.
    ///   - environment: gives the value of an environment variable.
    /// - Returns: for each provider with a problem, the reason.
    package func keyProblems(
        assumingEnvironment: Bool, environment: (String) -> String? = processEnvironment
    ) -> [String: String] {
        var problems: [String: String] = [:]
        for provider in providers where provider.isEnabled {
            do {
                _ = try provider.apiKey.reveal(
                    environment: environment,
                    masterKey: provider.apiKey.isSealed
                        ? try? masterKey(environment: environment) : nil)
            } catch {
                if case .unset = error, assumingEnvironment { continue }
                problems[provider.name] = "\(error)"
            }
        }
        return problems
    }

    /// The key that seals and opens, if one is configured.
    package func masterKey(
        environment: (String) -> String? = processEnvironment
    ) throws(SettingsError) -> MasterKey? {
        guard let masterKey else { return nil }
        do {
            return try MasterKey(
                masterKey.revealedBytes(environment: environment, masterKey: nil))
        } catch {
            throw SettingsError(problems: [masterKey.problem(error)])
        }
    }

    /// The value of an environment variable of this process.
    package static func processEnvironment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

extension Secret {
    fileprivate func problem(_ error: SecretError) -> SettingsError.Problem {
        .init(location: location, text: "\(location.setting) cannot be read: \(error).")
    }
}
