/// Everything that is wrong with a configuration: at least one problem, in the order of the files.
package struct SettingsError: Error, Equatable {
    package let problems: [Problem]

    /// One mistake, at the place where it can be mended.
    package struct Problem: Equatable, Sendable {
        package let location: Location
        /// The sentence: what was found, and what is wanted.
        package let text: String
    }
}

/// Where a setting stands. `line` and `column` count from 1.
package struct Location: Equatable, Sendable {
    /// The file, as a person would name it: relative where the configuration was given so.
    package let file: String
    package let line: Int
    package let column: Int
    /// The setting's name, for example `providers[0].api_key`; empty for a file as a whole.
    package let setting: String
}

extension SettingsError.Problem: CustomStringConvertible {
    package var description: String {
        "\(location.file):\(location.line):\(location.column): \(text) Nothing was run."
    }
}

extension SettingsError: CustomStringConvertible {
    /// One line for each problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
