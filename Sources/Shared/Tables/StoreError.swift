import Failures

/// What a store could not do, by what must be done about it: the one place where its errors become
/// sentences.
///
/// What a transaction had not committed is undone; whether a failed COMMIT took place is unknown,
/// and the next run finds out by looking (docs/design.md §4).
@usableFromInline package struct StoreError: Error {
    @usableFromInline package enum Kind: Sendable, CaseIterable {
        /// No room is left on its disk.
        case full
        /// Its disk could not be read or written.
        case io
        /// This user may not write to it.
        case forbidden
        /// It is not there, or this user may not see it.
        case unreachable
        /// Another program kept it for too long.
        case busy
        /// It is no longer whole.
        case damaged
        case outOfMemory
        /// A value or a statement is too large.
        case tooLarge
        /// A rule of the schema forbids it.
        case constraint
        /// The program asked something that makes no sense.
        case bug
    }

    package let kind: Kind
    /// Where the store is.
    package let path: String
    /// The engine's own words.
    package let cause: String

    @usableFromInline package init(_ kind: Kind, at path: String, cause: String) {
        self.kind = kind
        self.path = path
        self.cause = cause
    }
}

extension StoreError: CustomStringConvertible {
    @usableFromInline package var description: String {
        let (what, truth, cure) = words
        return "\(path): \(what) (\(cause)); \(truth); \(cure)"
    }

    private static let undone = "what was committed stands, the rest was undone"

    private var words: (what: String, truth: String, cure: String) {
        switch kind {
        case .full:
            ("no room is left on its disk", Self.undone, "make room there and run again")
        case .io:
            (
                "its disk could not be read or written", Self.undone,
                "look for the disk's errors and room (dmesg, df) and run again"
            )
        case .forbidden:
            (
                "this user may not write to it", "nothing was changed",
                "give the file, its folder, and the files beside it that end in -wal and -shm to "
                    + "the user that runs the programs, on a disk that is mounted for writing"
            )
        case .unreachable:
            (
                "it cannot be opened", "nothing was changed",
                "see that its folder is there, and that the user that runs the programs owns it "
                    + "and what is in it"
            )
        case .busy:
            (
                "another program kept it for too long", Self.undone,
                "end what else has it open (fuser -v \(path)) and run again"
            )
        case .damaged:
            (
                "it is damaged", "nothing more is written to it",
                "keep a copy, look at the disk, and put its latest backup in its place; then "
                    + "resume, for the ledger by admin recover --restored, for the accounts by "
                    + "admin key confirm"
            )
        case .outOfMemory:
            ("no memory is left", Self.undone, "free some and run again")
        case .tooLarge:
            ("something is too large for it", Self.undone, "see what was given in this run")
        case .constraint, .bug:
            (
                "it refused what the program asked, which is a fault of the program", Self.undone,
                "report this line; the next run tries again"
            )
        }
    }
}

extension StoreError: StageFailure {
    /// The disk is full, unreadable or cannot be synced; or else it is a bug of ours.
    package var exitStatus: ExitStatus {
        switch kind {
        case .full, .io, .forbidden, .unreachable, .busy: .ioFailed
        case .damaged, .outOfMemory, .tooLarge, .constraint, .bug: .unexpected
        }
    }
}
