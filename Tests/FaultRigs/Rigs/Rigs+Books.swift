extension Rig {
    /// What tries the ledger, and the readers of what comes from outside.
    static let books = [
        syncOrder, model, reader, replies, calls, requests, configuration, batches, hostileFiles,
        manyFiles, words,
    ]
}
