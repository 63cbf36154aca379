import Timestamps

/// A file that arrived, identified by its dropper and its bytes.
package struct Arrival: Sendable {
    package let owner: FileOwner
    /// The name it had in the inbox, as text.
    package let name: String
    /// The SHA-256 of its bytes, in hexadecimal.
    package let digest: String
    package let bytes: Int64
    package let receivedAt: Timestamp

    package init(
        of owner: FileOwner, name: String, digest: String, bytes: Int64, receivedAt: Timestamp
    ) {
        self.owner = owner
        self.name = name
        self.digest = digest
        self.bytes = bytes
        self.receivedAt = receivedAt
    }

    /// Nil for a desk.
    package var user: UserID? { owner.user }
}
