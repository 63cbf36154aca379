import Failures

/// Why the accounts cannot be used. Nothing in them was touched, unless it says otherwise.
package enum AccountsError: Error {
    /// Made by a later version of the programs.
    case newer(version: Int, known: Int)
    /// No database at all.
    case notADatabase(String)
    /// A database of something else.
    case notAccounts(String)
    /// The file cannot be opened or locked.
    case unreachable(String, errno: Int32)
    /// The file was there when the program began, and is not now.
    case gone(String)
    /// Another file was put in its place meanwhile.
    case replaced(String)
    /// A commit was made, but it cannot be noted in the spool.
    case unnoted(String, errno: Int32)
}

extension AccountsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newer(let version, let known):
            """
            the accounts have schema \(version), this program knows \(known); nothing was \
            touched; run the version of the programs that wrote them, or a later one
            """
        case .notADatabase(let path):
            """
            \(path) is no database; nothing was touched; correct `accounts` in the configuration, \
            or put the latest backup in its place
            """
        case .notAccounts(let path):
            """
            \(path) is a database of something else; nothing was touched; correct `accounts` in \
            the configuration
            """
        case .unreachable(let path, let errno):
            """
            \(path) cannot be reached: \(SystemWords(errno).cause); nothing was touched; \
            \(SystemWords(errno).cure)
            """
        case .gone(let path):
            """
            \(path) is gone; no key can be looked up; put it or its latest backup back, or restart \
            the program, which makes an empty one
            """
        case .replaced(let path):
            "\(path) was replaced in this moment; nothing was changed; run again"
        case .unnoted(let path, let errno):
            """
            \(path) cannot be written: \(SystemWords(errno).cause); the change to the accounts \
            was made, but a copy from before it would go unnoticed; \(SystemWords(errno).cure) \
            and run again
            """
        }
    }
}

extension AccountsError: StageFailure {
    package var exitStatus: ExitStatus {
        switch self {
        case .newer, .notADatabase, .notAccounts: .badConfiguration
        case .unreachable, .gone, .replaced, .unnoted: .ioFailed
        }
    }
}
