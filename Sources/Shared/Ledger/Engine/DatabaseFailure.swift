import Failures
import GRDB

/// What SQLite could not do, in words for a person: the one place where its errors become sentences.
///
/// SQLite's own words follow in parentheses. What a transaction had not committed is undone; whether a
/// failed COMMIT took place is unknown, and the next run finds out by looking (design.md §4).
package struct DatabaseFailure: Error {
    /// The database's file.
    let path: String
    let cause: DatabaseError
}

extension DatabaseFailure: CustomStringConvertible {
    package var description: String {
        let (what, truth, cure) = words
        let number = cause.extendedResultCode.rawValue
        let own = cause.message ?? "no more is known"
        let statement = isOurFault ? cause.sql.map { ", in \($0)" } ?? "" : ""
        return "\(path): \(what) (SQLite \(number): \(own)\(statement)); \(truth); \(cure)"
    }

    /// Whether no operator can mend it.
    private var isOurFault: Bool { exitStatus == .unexpected && !isDamage }

    private var isDamage: Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(cause.resultCode)
    }

    private static let undone = "what was committed stands, the rest was undone"

    private var words: (what: String, truth: String, cure: String) {
        switch cause.resultCode {
        case .SQLITE_FULL:
            ("no room is left on its disk", Self.undone, "make room there and run again")
        case .SQLITE_IOERR:
            (
                "its disk could not be read or written", Self.undone,
                "look for the disk's errors and room (dmesg, df) and run again"
            )
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            (
                "this user may not write to it", "nothing was changed",
                "give the file, its folder, and the files beside it that end in -wal and -shm to "
                    + "the user that runs the programs, on a disk that is mounted for writing"
            )
        case .SQLITE_CANTOPEN:
            (
                "it cannot be opened", "nothing was changed",
                "see that its folder is there, and that the user that runs the programs owns it "
                    + "and what is in it"
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            (
                "another program kept it for too long", Self.undone,
                "end what else has it open (fuser -v \(path)) and run again"
            )
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            (
                "it is damaged", "nothing more is written to it",
                "keep a copy, look at the disk, put the latest backup in its place, and go on with "
                    + "that by admin recover --restored"
            )
        case .SQLITE_NOMEM:
            ("no memory is left", Self.undone, "free some and run again")
        case .SQLITE_TOOBIG:
            ("something is too large for it", Self.undone, "see what was given in this run")
        default:
            (
                "it refused what the program asked, which is a fault of the program", Self.undone,
                "report this line; the next run tries again"
            )
        }
    }
}

extension DatabaseFailure: StageFailure {
    /// The disk is full, unreadable or cannot be synced; or else it is a bug of ours.
    package var exitStatus: ExitStatus {
        [
            .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM,
            .SQLITE_BUSY,
        ].contains(cause.resultCode) ? .ioFailed : .unexpected
    }
}

/// Runs `body`, which works on the database at `path`, and words what SQLite could not do.
func wordingFailures<T>(of path: String, _ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let cause as DatabaseError {
        throw DatabaseFailure(path: path, cause: cause)
    }
}
