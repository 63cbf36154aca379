extension Int {
    /// This number with its words, for messages: `1 order waits`, `3 orders wait`.
    package func counted(_ one: String, _ many: String) -> String {
        "\(self) \(self == 1 ? one : many)"
    }
}
