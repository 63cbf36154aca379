extension Rig {
    /// What tries `dispatch` and `poll`, and all programs together.
    static let sending: [Rig] = []
}
