import BatchFiles
import Ledger
import Spool
import Timestamps

/// A file that a door has taken, or knows from before.
package struct DroppedFile: Hashable, Sendable {
    package let owner: Dropper
    package let name: String
    /// The SHA-256, in hexadecimal.
    package let digest: String
    package let bytes: Int64

    package init(owner: Dropper, name: String, digest: String, bytes: Int64) {
        self.owner = owner
        self.name = name
        self.digest = digest
        self.bytes = bytes
    }
}

/// What became of a file at a door (doors.md §3).
package enum DropOutcome: Sendable {
    /// It is durable under its name, and `ingest` takes it.
    case new(DroppedFile)
    /// The same bytes came before under this name, and nothing was done.
    case same(DroppedFile)
    /// Other bytes came before under this name, and nothing was done.
    case other(EarlierFile)
}

/// What had a name before.
package struct EarlierFile: Sendable {
    /// The SHA-256, in hexadecimal.
    package let digest: String
    /// When it was taken; nil if it still waits.
    package let receivedAt: Timestamp?
}

/// Whether an earlier file at a door may have the same name.
package enum FileNaming: Sendable {
    /// Its owner chose the name, which stands for one content for ever.
    case chosen
    /// We made a name that no file ever had, so there is nothing to look for.
    case unique
}

extension Dropper {
    /// The user whose files these are; nil for a desk, and if no user can have the name.
    package var user: UserID? {
        if case .reseller(let name) = self { UserID(rawValue: name) } else { nil }
    }

    /// The form of the files that come from here.
    package var form: FileForm {
        if case .reseller = self { .batch } else { .desk }
    }
}
