import Testing

@Suite struct LineTests {
    /// So that two files fit side by side. `swift format` breaks code at this width, but leaves
    /// comments and long texts alone.
    private static let mostColumns = 100
    /// Longer lines from before this rule.
    private static let remainder = 121

    @Test func `a line has at most 100 columns`() {
        let manifest = SourceFile(
            path: "Package.swift", bytes: SourceTree.bytes(of: "Package.swift"))
        let findings = (SourceTree.files + [manifest]).flatMap { file in
            String(decoding: SourceTree.bytes(of: file.path), as: UTF8.self).lines.enumerated()
                .filter { $0.element.count > Self.mostColumns }
                .map { "\(file.path):\($0.offset + 1) has \($0.element.count)" }
        }
        expect(
            atMost: Self.remainder, findings, "break them at \(Self.mostColumns) columns.")
    }
}
