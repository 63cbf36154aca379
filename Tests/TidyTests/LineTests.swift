import Testing

@Suite struct LineTests {
    /// So that two files fit side by side. `swift format` breaks code at this width, but leaves
    /// comments and long texts alone.
    private static let mostColumns = 100

    @Test func `a line has at most 100 columns`() {
        let manifest = SourceFile(
            path: "Package.swift", bytes: SourceTree.bytes(of: "Package.swift"))
        for file in SourceTree.files + [manifest] where !file.isBelow(SourceTree.frozen) {
            let lines = SourceTree.text(of: file.path).lines
            for (index, line) in lines.enumerated() where line.count > Self.mostColumns {
                Issue.record("\(file.path):\(index + 1) has \(line.count) columns: break it.")
            }
        }
    }
}
