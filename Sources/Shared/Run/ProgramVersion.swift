/// The version of all programs, as `--version` prints it.
package enum ProgramVersion {
    package static let text = "0.1.0"
}
