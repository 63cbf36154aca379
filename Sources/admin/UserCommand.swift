import ArgumentParser
import Ledger
import Money
import Run
import SQLiteTables
import Settings
import Spool
import StrictJSON
import Timestamps

/// `admin user`: who may order.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add, ban, unban and list resellers.",
        subcommands: [Add.self, Ban.self, Unban.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user, or change an entry.",
            discussion: "What is not given stays as it is.")

        enum Role: String, CaseIterable, ExpressibleByArgument { case reseller, admin }

        @OptionGroup var options: DeskOptions

        @Argument(
            help: "The user's name, which is also the directory's.", transform: ArgumentText.user)
        var user: UserID

        @Option(help: "Where mail reaches the user.", transform: ArgumentText.line)
        var email: String?

        @Option(help: "The user's full name.", transform: ArgumentText.line)
        var name: String?

        @Option(help: "reseller or admin.")
        var role: Role?

        @Option(
            help: "Percent off the sale rate.", transform: ArgumentText.percent)
        var discount: Percent?

        @Option(help: "How far below zero the balance may go.", transform: ArgumentText.amount)
        var creditLimit: Amount?

        func run() async throws {
            let line = DeskLines(
                kind: .users, words: "user-add", meaning: "\(user) is added, or changed"
            ) { json in
                json.member("user", user.rawValue)
                json.given("email", email)
                json.given("name", name)
                json.given("role", role?.rawValue)
                json.given("discount_percent", discount?.description)
                json.given("credit_limit", creditLimit?.description)
            }
            try await options.drop(line)
        }
    }

    struct Ban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse a user's files; running orders continue.")

        @OptionGroup var options: DeskOptions

        @Argument(help: "The user's name.", transform: ArgumentText.user)
        var user: UserID

        @Option(
            help: ArgumentHelp("Until when. (default: for ever)", valueName: "time"),
            transform: ArgumentText.moment)
        var until: Timestamp?

        func run() async throws {
            let line = DeskLines(
                kind: .bans, words: "user-ban", meaning: "\(user) is banned"
            ) { json in
                json.member("user", user.rawValue)
                json.given("reason", options.why)
                json.given("until", until?.description)
            }
            try await options.drop(line) { _, ledger, spool in
                try checkUser(user, ledger, spool)
            }
        }
    }

    struct Unban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a banned user's files in again.")

        @OptionGroup var options: DeskOptions

        @Argument(help: "The user's name.", transform: ArgumentText.user)
        var user: UserID

        func run() async throws {
            let line = DeskLines(
                kind: .unbans, words: "user-unban", meaning: "\(user) is banned no more"
            ) { $0.member("user", user.rawValue) }
            try await options.drop(line) { _, ledger, spool in
                try checkUser(user, ledger, spool)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all users with their money.")

        @OptionGroup var options: StageOptions

        func run() async throws {
            try await options.look("admin") { context in
                let ledger = try Ledger.openExisting(
                    in: SQLiteFile(context.settings.ledger), currency: context.settings.currency)
                let users = try ledger.userStandings(at: context.clock.now())
                try Answer.give(options, UserList.text(users)) { UserList.write(users, to: &$0) }
            }
        }
    }
}

/// Refuses a user who is not there, unless a desk file that waits adds them.
func checkUser(_ user: UserID, _ ledger: Ledger, _ spool: Spool) throws {
    guard try !KnownUsers(ledger, spool).contains(user) else { return }
    throw ValidationError(
        "There is no user \(user); nothing was dropped. Add them first: admin user add \(user).")
}

/// The users of the ledger, and those whom desk files that wait will add.
struct KnownUsers {
    private let known: Set<UserID>
    private let coming: Set<String>

    init(_ ledger: Ledger, _ spool: Spool) throws {
        known = Set(try ledger.users())
        coming = try Set(
            spool.waitingNames(in: .desk).flatMap { name in
                Self.usersAdded(by: "\(spool.inbox(of: .desk))/\(name)")
            })
    }

    func contains(_ user: UserID) -> Bool {
        known.contains(user) || coming.contains(user.rawValue)
    }

    /// Nobody, where it cannot be read: then it adds nobody either.
    private static func usersAdded(by path: String) -> [String] {
        guard let bytes = SmallFile.bytes(at: path), let json = try? JSONValue(parsing: bytes),
            case .array(let users)? = json["users"]
        else { return [] }
        return users.compactMap { user in
            if case .string(let name)? = user["user"] { name } else { nil }
        }
    }
}
