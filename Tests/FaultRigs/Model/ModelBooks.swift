import BatchFiles
import Ledger
import Money
import SQLiteTables
import TestHouse
import TestSupport
import Timestamps

/// The ledger's side of a model run: a ledger of its own with the provider `alpha`, which sells two
/// services. Only the first can be refilled, canceled, and bought from `beta` instead.
final class ModelBooks: World {
    let ledger: Ledger
    private let providers: [Model.Place: ProviderID]
    private let folder = TemporaryFolder(inMemory: true)
    private var files = 0
    private(set) var now = Timestamp(milliseconds: 1_795_000_000_000)

    init() throws {
        let usd = try Currency(parsing: "USD")
        ledger = try Ledger.openUnchecked(
            in: SQLiteFile("\(folder.path)/ledger.sqlite"), currency: usd)
        let known = try ledger.providers(
            configured: Model.Place.allCases.map {
                ConfiguredProvider(name: $0.rawValue, currency: usd, isEnabled: true)
            })
        providers = known.reduce(into: [:]) { $0[Model.Place(rawValue: $1.key)!] = $1.value.id }
        for place in Model.Place.allCases {
            _ = try ledger.takeOver(
                [Self.service("1", at: place), Self.service("2", at: place)],
                of: providers[place]!, at: now)
        }
        try ledger.keep(
            [
                ServiceBackups(
                    provider: "alpha", providerService: "1",
                    backups: [.init(provider: "beta", providerService: "1")])
            ], at: now)
    }

    var ledgerPath: String { "\(folder.path)/ledger.sqlite" }

    func id(of place: Model.Place) -> ProviderID { providers[place]! }

    func wait(seconds: Int) {
        now = now.adding(seconds: seconds)
    }

    private static func service(_ id: String, at place: Model.Place) -> PricedService {
        let rate = Rate(micros: place.cost)
        return PricedService(
            providerService: id, name: "Followers", type: "Default", category: "Instagram",
            rate: rate, costRate: rate, profit: .zero, profitFixed: .zero,
            saleRate: Rate(micros: 2_000_000), minimum: 1, maximum: 1_000_000,
            drips: false, refills: id == "1", cancels: id == "1", isEnabled: true)
    }

    /// The reply to a reseller's file of one line: its status, or the code of its rejection.
    func reply(
        to user: UserID, _ kind: LineKind, ref: String,
        _ body: (ResellerDraft, ResellerLine) throws -> Void
    ) throws -> String {
        let arrival = arrival(user)
        let file = try ledger.intake(at: now) { intake in
            let draft = try intake.openBatch(arrival, batch: arrival.name)
            try body(draft, ResellerLine(kind, 1, ref: ref))
            return try draft.close()
        }
        return try replies(in: file, kind)
    }

    /// The reply to a desk file of one line: its status, or the code of its rejection.
    func deskReply(
        _ kind: LineKind, _ body: (DeskDraft, Line) throws -> Void
    ) throws -> String {
        let arrival = arrival(nil)
        let file = try ledger.intake(at: now) { intake in
            let draft = try intake.openDeskFile(arrival, batch: arrival.name)
            try body(draft, Line(kind, 1))
            return try draft.close()
        }
        return try replies(in: file, kind)
    }

    /// A file of bytes that nobody dropped before, a second later.
    private func arrival(_ user: UserID?) -> Arrival {
        files += 1
        now = now.adding(seconds: 1)
        let number = String(files)
        return Arrival(
            of: FileOwner(user: user), name: "\(number).json",
            digest: String(repeating: "0", count: 64 - number.count) + number, bytes: 1,
            receivedAt: now)
    }

    private func replies(in file: FileID, _ kind: LineKind) throws -> String {
        try ledger.receipts { receipts in
            var replies: [String] = []
            try receipts.forEachLine(of: receipts.report(of: file), kind) { line in
                replies.append(line.code ?? line.status)
            }
            return replies.joined(separator: " ")
        }
    }

    /// A file that undoes everything it did.
    func abandon(_ order: NewOrder, of user: UserID) throws {
        files += 1
        let arrival = Arrival(
            of: FileOwner(user: user), name: "x", digest: String(repeating: "f", count: 64),
            bytes: 1,
            receivedAt: now)
        try ledger.intake(at: now) { intake in
            do {
                try intake.undoingIfRejected {
                    let draft = try intake.openBatch(arrival, batch: "x")
                    try draft.accept(order, ResellerLine(.orders, 1, ref: order.ref))
                    throw BatchAborted(because: [])
                }
            } catch is BatchAborted {}
        }
    }

    func answer(_ order: OrderID, _ content: SendOutcome.Content) throws {
        _ = try ledger.advance(
            recording: [SendOutcome(order: order, content)], claiming: [], waitingForLinks: false,
            at: now)
    }

    /// What would stand still without anybody knowing, if nothing happened for an hour and `poll`
    /// ran then.
    func silence() throws -> [String] {
        let later = now.adding(seconds: 3_601)
        _ = try ledger.raiseAlarms(pollEvery: [:], at: later)
        return try silence(at: later.milliseconds)
    }
}
