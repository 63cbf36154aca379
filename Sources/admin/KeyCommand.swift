import Accounts
import ArgumentParser
import Ledger
import Logging
import Networks
import Run
import Settings
import Stage
import StrictJSON
import Timestamps

/// `admin key`: who may call the HTTP door.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Issue, list, revoke and confirm keys for the HTTP door.",
        discussion: """
            Keys are in accounts.sqlite, apart from the ledger, and take effect at once. A ban \
            stops all keys of a user.
            """,
        subcommands: [Issue.self, List.self, Revoke.self, Confirm.self])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key, and print it this once.",
            discussion: """
                The key alone is on standard output. Only its SHA-256 is kept, so a lost key \
                cannot be shown again: revoke it and issue another.
                """)

        @OptionGroup var options: StageOptions

        @Argument(help: "The user whose key it is.", transform: ArgumentText.user)
        var user: UserID?

        @Option(help: "The named desk whose key it is, instead of a user.")
        var desk: String?

        @Option(help: "What to call it in lists.", transform: ArgumentText.line)
        var name: String?

        @Option(
            help: ArgumentHelp(
                "What it opens. (default: all; a desk's key: files)",
                valueName: "read,orders,files"),
            transform: ArgumentText.scopes)
        var scopes: Set<KeyScope>?

        @Option(
            help: ArgumentHelp(
                "Until when it works: a time, or the end of a day. (default: for ever)",
                valueName: "time"), transform: ArgumentText.momentOrEndOfDay)
        var expires: Timestamp?

        @Option(
            help: ArgumentHelp(
                "From where it works: addresses and ranges. (default: everywhere)",
                valueName: "addresses"), transform: ArgumentText.networks)
        var from: [NetworkRange] = []

        func validate() throws {
            guard (user == nil) != (desk == nil) else {
                throw ValidationError("Say whose key it is: a user, or --desk.")
            }
            guard desk == nil || scopes == nil || scopes == .ofDesk else {
                throw ValidationError("A desk's key opens files and nothing else.")
            }
        }

        func run() async throws {
            try await options.look("admin") { context in
                let now = context.clock.now()
                if let expires, expires <= now {
                    throw ValidationError("\(expires) is past; no key was made.")
                }
                let stage = try Stage.openExisting(context)
                let wish = KeyWish(
                    for: try holder(in: stage), name: name, scopes: scopes, networks: from,
                    expiresAt: expires)
                let (key, id) = try stage.openAccounts().issue(wish, at: now)
                context.logger.notice(
                    "issued a key; it is shown this once",
                    metadata: [
                        "key": "\(id)", "of": "\(wish.holder)", "scopes": "\(wish.scopes.text)",
                        "expires": "\(expires.map { "\($0)" } ?? "never")",
                    ])
                try Answer.always(options, key.text) { json in
                    json.member("id", id)
                    json.member("holder", "\(wish.holder)")
                    json.member("key", key.text)
                }
            }
        }

        /// Refuses a user or desk that there is not.
        private func holder(in stage: Stage) throws -> KeyHolder {
            if let desk {
                guard stage.settings.desks[desk] != nil else {
                    throw ValidationError(
                        "There is no desk \(desk); no key was made. Add it to desks: in the "
                            + "configuration first.")
                }
                return .desk(desk)
            }
            guard let user, try stage.ledger.users().contains(user) else {
                throw ValidationError(
                    "There is no user \(user.map { "\($0)" } ?? ""); no key was made. Add them "
                        + "first: admin user add, then ingest.")
            }
            return .user(user.rawValue)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all keys, or those of one user, without the keys themselves.")

        @OptionGroup var options: StageOptions

        @Argument(help: "The user.", transform: ArgumentText.user)
        var user: UserID?

        func run() async throws {
            try await options.look("admin") { context in
                let stage = try Stage.openExisting(context)
                let holder = user.map { KeyHolder.user($0.rawValue) }
                let keys = try stage.openExistingAccounts()?.keys(of: holder) ?? []
                let list = KeyList(keys: keys, now: context.clock.now())
                try Answer.give(options, list.text) { list.write(to: &$0) }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a key for ever, at once.")

        @OptionGroup var options: StageOptions

        @Argument(help: "The key's number.", transform: ArgumentText.key)
        var key: Int64

        func run() async throws {
            try await options.look("admin") { context in
                let accounts = try Stage.openExisting(context).openExistingAccounts()
                switch try accounts?.revoke(key, at: context.clock.now()) ?? .unknown {
                case .revoked: try say("key \(key) is revoked", isNews: true)
                case .before(let moment):
                    try say("key \(key) was revoked before, at \(moment)", isNews: false)
                case .unknown:
                    throw ValidationError("There is no key \(key); nothing was done.")
                }
            }
        }

        private func say(_ text: String, isNews: Bool) throws {
            try Answer.give(options, text) { json in
                json.member("id", key)
                json.key("revoked_now")
                json.bool(isNews)
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let keys work again after accounts.sqlite was restored.",
            discussion: """
                A copy of accounts.sqlite may hold a key that was revoked after the copy was made. \
                So once a copy is in place, every key waits. Look at admin key list, revoke what \
                was revoked, then confirm the rest.
                """)

        @OptionGroup var options: StageOptions

        @Argument(
            help: "The numbers of the keys. (default: all that wait)", transform: ArgumentText.key)
        var keys: [Int64] = []

        func run() async throws {
            try await options.look("admin") { context in
                let accounts = try Stage.openExisting(context).openExistingAccounts()
                let confirmed =
                    try accounts?.confirm(keys.isEmpty ? nil : Set(keys)) ?? []
                let text =
                    confirmed.isEmpty
                    ? "no key waited"
                    : "confirmed: \(confirmed.map { "\($0)" }.joined(separator: ", "))"
                try Answer.give(options, text) { json in
                    json.key("confirmed")
                    json.beginArray()
                    for id in confirmed { json.integer(id) }
                    json.endArray()
                }
            }
        }
    }
}
