/// The version of all programs, in the one place that knows it.
package enum ProgramVersion {
    private static let (major, minor, patch) = (0, 1, 0)

    /// As `--version` prints it: `0.1.0`.
    package static let text = "\(major).\(minor).\(patch)"
    /// As providers see it in `User-Agent`. A patch does not change how we talk to them.
    package static let userAgent = "smm-guru/\(major).\(minor)"
}
