/// All mistakes in a configuration: at least one, in the order of the files.
package struct SettingsError: Error, Equatable {
    package let problems: [Problem]

    /// One mistake, and where to correct it.
    package struct Problem: Equatable, Sendable {
        package let location: Location
        /// A sentence: what was found, and what it must be.
        package let text: String
    }
}

/// The place of a setting in a file. `line` and `column` count from 1.
package struct Location: Equatable, Sendable {
    /// The file's path, relative if the path of the configuration was given so.
    package let file: String
    package let line: Int
    package let column: Int
    /// The setting's name, for example `providers[0].api_key`; empty for a whole file.
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
