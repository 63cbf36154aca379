import ArgumentParser
import Ledger
import Money
import Run
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
            abstract: "Add a user, or change what is said of him.",
            discussion: "What is not given stays as it is.")

        enum Role: String, CaseIterable, ExpressibleByArgument { case reseller, admin }

        @OptionGroup var options: DeskOptions

        @Argument(help: "His name, which is his directory's.", transform: ArgumentText.user)
        var user: UserID

        @Option(help: "Where mail reaches him.", transform: ArgumentText.line)
        var email: String?

        @Option(help: "How he is called.", transform: ArgumentText.line)
        var name: String?

        @Option(help: "What he is.")
        var role: Role?

        @Option(
            help: "Percent of the sale rate that he is spared.", transform: ArgumentText.percent)
        var discount: Percent?

        @Option(help: "How far below zero he may go.", transform: ArgumentText.amount)
        var creditLimit: Amount?

        func run() async throws {
            let line = DeskLine(
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
            abstract: "Refuse a user's files; his running orders go on.")

        @OptionGroup var options: DeskOptions

        @Argument(help: "Whom.", transform: ArgumentText.user)
        var user: UserID

        @Option(help: "What his receipts say.", transform: ArgumentText.line)
        var reason: String?

        @Option(
            help: ArgumentHelp("Until when. (default: for ever)", valueName: "time"),
            transform: ArgumentText.moment)
        var until: Timestamp?

        func run() async throws {
            let line = DeskLine(
                kind: .bans, words: "user-ban", meaning: "\(user) is banned"
            ) { json in
                json.member("user", user.rawValue)
                json.given("reason", reason)
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

        @Argument(help: "Whom.", transform: ArgumentText.user)
        var user: UserID

        func run() async throws {
            let line = DeskLine(
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
                    at: context.settings.ledger, currency: context.settings.currency)
                let users = try ledger.userStandings(at: context.clock.now())
                try Answer.give(options, UserList.text(users)) { UserList.write(users, to: &$0) }
            }
        }
    }
}

/// Refuses a user who is not there, unless a desk file that waits may add him.
func checkUser(_ user: UserID, _ ledger: Ledger, _ spool: Spool) throws {
    guard try !ledger.users().contains(user), try spool.waiting(in: .desk).count == 0 else {
        return
    }
    throw ValidationError(
        "There is no user \(user); nothing was dropped. Add him first: admin user add \(user).")
}
