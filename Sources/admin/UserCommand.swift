import ArgumentParser
import BatchFiles
import Ledger
import Money
import Run
import Spool
import Stage
import StrictJSON
import Timestamps

/// `admin user`: who may order.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add, ban, unban and list resellers.",
        subcommands: [Add.self, Ban.self, Unban.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user, or change one.",
            discussion: "Everything that is not given stays as it is.")

        enum Role: String, CaseIterable, ExpressibleByArgument { case reseller, admin }

        @OptionGroup var options: DeskOptions

        @Argument(
            help: "The user's name, also of their directory.", transform: ArgumentText.user)
        var user: UserID

        @Option(help: "The user's mail address.", transform: ArgumentText.line)
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
            let lines = DeskLines(
                kind: .users, words: "user-add", meaning: "\(user) is added, or changed"
            ) { json in
                json.member("user", user.rawValue)
                json.given("email", email)
                json.given("name", name)
                json.given("role", role?.rawValue)
                json.given("discount_percent", discount?.description)
                json.given("credit_limit", creditLimit?.description)
            }
            try await options.drop { _ in lines }
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
            try await options.drop { stage in
                try KnownUsers(stage).check(user)
                return DeskLines(
                    kind: .bans, words: "user-ban", meaning: "\(user) is banned"
                ) { json in
                    json.member("user", user.rawValue)
                    json.given("reason", options.why)
                    json.given("until", until?.description)
                }
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
            try await options.drop { stage in
                try KnownUsers(stage).check(user)
                return DeskLines(
                    kind: .unbans, words: "user-unban", meaning: "\(user) is no longer banned"
                ) { $0.member("user", user.rawValue) }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all users with their money.")

        @OptionGroup var options: StageOptions

        func run() async throws {
            try await options.look("admin") { context in
                let ledger = try Stage.openLedgerUnchecked(context)
                let users = try ledger.userStandings(at: context.clock.now())
                try Answer.give(options, UserList.text(users)) { UserList.write(users, to: &$0) }
            }
        }
    }
}

/// The users of the ledger, and those that waiting desk files will add.
struct KnownUsers {
    private let known: Set<UserID>
    private let coming: Set<String>

    init(_ stage: Stage) throws {
        let spool = stage.spool
        known = Set(try stage.ledger.users())
        coming = try Set(
            spool.waitingNames(in: .desk).flatMap { name in
                Self.usersAdded(by: "\(spool.inbox(of: .desk))/\(name)")
            })
    }

    /// Refuses a user who neither exists nor is about to be added.
    ///
    /// - Throws: `ValidationError`.
    func check(_ user: UserID) throws {
        if known.contains(user) || coming.contains(user.rawValue) { return }
        throw ValidationError(
            "There is no user \(user); nothing was dropped. "
                + "Add them first: admin user add \(user).")
    }

    /// The users that a desk file adds: none if it cannot be read, since then it adds none.
    private static func usersAdded(by path: String) -> [String] {
        guard let bytes = SmallFile.bytes(at: path), let json = try? JSONValue(parsing: bytes),
            case .array(let users)? = json["users"]
        else { return [] }
        return users.compactMap { user in
            if case .string(let name)? = user["user"] { name } else { nil }
        }
    }
}
