extension Rig {
    /// What tries `ingest`.
    static let intake: [Rig] = []
}
