import Testing

/// How much of the tree still breaks a rule that is newer than the code.
///
/// A new rule starts with the number of lines that broke it on that day. The number only falls, and
/// at zero it goes.
func expect(
    atMost remainder: Int, _ findings: [String], _ advice: String,
    at location: SourceLocation = #_sourceLocation
) {
    let shown = findings.prefix(20).joined(separator: "\n")
    #expect(
        findings.count <= remainder, "\(findings.count) lines: \(advice)\n\(shown)",
        sourceLocation: location)
}
