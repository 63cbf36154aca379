/// The limits of a document. Anything beyond them is an error, found before it costs memory.
package struct JSONLimits: Sendable {
    /// How many arrays and objects may be open at once. At most 256, because values are built by
    /// recursion.
    package let depth: Int
    /// The longest string or number, in bytes as written, quotation marks included.
    package let tokenBytes: Int
    /// How many keys an object may have. Each new key is compared with all before it.
    package let keys: Int
    /// The longest key, in bytes as written, without its quotation marks.
    package let keyBytes: Int

    package init(
        depth: Int = 16, tokenBytes: Int = 1 << 20, keys: Int = 64, keyBytes: Int = 1 << 10
    ) {
        precondition(1...256 ~= depth && tokenBytes > 0 && keys > 0 && keyBytes > 0)
        self.depth = depth
        self.tokenBytes = tokenBytes
        self.keys = keys
        self.keyBytes = keyBytes
    }

    /// For a provider's reply, which may be an object with a key for each of many orders.
    package static let reply = JSONLimits(keys: 1 << 10)
}
