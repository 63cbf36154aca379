import Testing

/// Allows no more violations of a rule than there were when the number was last lowered.
///
/// A rule that is newer than the code starts with the number of lines that break it. The number
/// only falls.
func expect(
    atMost remainder: Int, _ findings: [String], _ advice: String,
    at location: SourceLocation = #_sourceLocation
) {
    let shown = findings.prefix(20).joined(separator: "\n")
    #expect(
        findings.count <= remainder, "\(findings.count) lines: \(advice)\n\(shown)",
        sourceLocation: location)
}
