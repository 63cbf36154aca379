import Identity
import Ledger
import Providers
import Settings
import StrictJSON
import Timestamps
import Trade

/// What a provider's own list of recent orders says about orders in doubt (design.md §6). It
/// decides, and writes nothing.
///
/// An order is found where exactly one row that no order of ours has is for the same service, link
/// and quantity, and was placed when the order was sent. That a list does not have an order is
/// believed only of a list that was long enough, and long enough after the order was sent.
struct Inquiry {
    let provider: ProviderSettings
    /// Which links are the same.
    private let links: LinkRule
    let now: Timestamp
    /// Whether any order of ours ever had an id of this provider's.
    private let isAnyClaimed: Bool
    private let length: Int
    /// The rows that no order of ours has, by what they are for: each doubt looks at its own alone.
    private let unclaimed: [Purchase: [RecentOrder]]
    private let rows: [String: RecentOrder]
    /// The last moment at which the oldest of the listed orders may have been placed.
    private let beginning: Timestamp?

    /// What an order is for.
    fileprivate struct Purchase: Hashable {
        let service: String
        /// As it is compared.
        let link: String
    }

    /// - Parameter claimed: the ids in the list that orders of ours have, and whether any order of
    ///   ours ever had one.
    init(
        provider: ProviderSettings, list: [RecentOrder], links: LinkRule,
        claimed: (ids: Set<String>, isAny: Bool), now: Timestamp
    ) {
        self.provider = provider
        self.links = links
        self.now = now
        isAnyClaimed = claimed.isAny
        length = list.count
        rows = Dictionary(list.map { ($0.providerOrder, $0) }) { first, _ in first }
        beginning = list.lazy.compactMap(\.placedAt).map(\.latest).min()
        var unclaimed: [Purchase: [RecentOrder]] = [:]
        for row in list where !claimed.ids.contains(row.providerOrder) {
            guard let service = row.service, let link = row.link else { continue }
            let purchase = Purchase(service: service, link: links.key(ofListed: link))
            unclaimed[purchase, default: []].append(row)
        }
        self.unclaimed = unclaimed
    }

    /// How many rows are asked for, the second where the first is refused.
    static let limits = [1_000, 100]
    /// A list that is shorter was not cut by the provider: nobody's page is as short.
    private static let shortestPage = 20
    /// By how much a clock may be wrong, and nobody see it, in seconds.
    fileprivate static let unseenError = 2 * 86_400
    /// The longest time between two inquiries about the same doubt, in seconds.
    private static let longestWait = 86_400

    func news(of doubt: Doubt) -> DoubtNews {
        DoubtNews(of: doubt, verdict(on: doubt), askAgain: now.adding(seconds: wait(for: doubt)))
    }

    /// How many seconds to wait until the next inquiry: as long again as the order is in doubt.
    func wait(for doubt: Doubt) -> Int {
        let shortest = provider.pollEverySeconds
        guard doubt.decision == nil else { return shortest }
        let age = Int((now.milliseconds - doubt.sentUntil.milliseconds) / 1_000)
        return max(shortest, min(age, Self.longestWait))
    }

    private func verdict(on doubt: Doubt) -> DoubtNews.Content {
        let rows = (doubt.purchase(by: links).flatMap { unclaimed[$0] } ?? []).filter {
            $0.hasQuantity(of: doubt)
        }
        let timely = rows.filter {
            doubt.isTimeKnown
                && $0.placedAt?.canBe(between: doubt.sentFrom, and: doubt.sentUntil) == true
        }
        let candidates = timely + rows.filter { $0.placedAt == nil || !doubt.isTimeKnown }
        if timely.count == 1, candidates.count == 1 {
            let id = timely[0].providerOrder
            return .found(
                providerOrder: id,
                evidence: "his list has it as \(id): service, link, quantity and time agree")
        }
        let ids = candidates.map(\.providerOrder)
        guard let decision = doubt.decision?.decision else {
            return .open(evidence: ids.isEmpty ? absence(of: doubt) : words(for: ids, doubt))
        }
        switch decision {
        case .placed(let id):
            if ids.contains(id) { return .believed(because: "his list has that order") }
            if let row = self.rows[id], row.isUnlike(doubt, by: links) {
                return .contradicted(
                    because: "his order \(id) is for another service, link or quantity")
            }
            return .open(evidence: ids.isEmpty ? absence(of: doubt) : words(for: ids, doubt))
        case .notPlaced, .refund:
            if !ids.isEmpty { return .contradicted(because: words(for: ids, doubt)) }
            if let row = rows.first(where: { doubt.isAfterJump || $0.isNear(doubt) }) {
                return .contradicted(
                    because: "its order \(row.providerOrder) is for the same service, link and "
                        + "quantity, placed at another time: if a clock was wrong, it may be this one"
                )
            }
            guard isProofOfAbsence(of: doubt) else { return .open(evidence: nil) }
            return .believed(because: "his list does not have it")
        }
    }

    private func words(for ids: [String], _ doubt: Doubt) -> String {
        guard doubt.isTimeKnown else {
            return "his list has \(ids.prefix(10).joined(separator: ", ")), and one of them may be "
                + "it: the clock was set about when it was sent, so the time proves nothing"
        }
        return ids.count == 1
            ? "his order \(ids[0]) may be it, but his list does not say when it was placed"
            : "several orders of his list may be it: \(ids.prefix(10).joined(separator: ", "))"
    }

    private func absence(of doubt: Doubt) -> String? {
        isProofOfAbsence(of: doubt) ? "his list of orders does not have it" : nil
    }

    /// Whether the list would have the order if the provider had.
    private func isProofOfAbsence(of doubt: Doubt) -> Bool {
        guard now > doubt.sentUntil.adding(seconds: provider.notFoundGraceSeconds) else {
            return false
        }
        // As with a catalogue, an empty list is not believed where it should not be empty.
        if length == 0 { return !isAnyClaimed }
        return length < Self.shortestPage || beginning.map { $0 < doubt.sentFrom } == true
    }
}

extension RecentOrder {
    /// Whether its time proves nothing, but is near enough that it may still be the order in doubt:
    /// nobody can notice a clock that is wrong by less than two days while it is wrong.
    fileprivate func isNear(_ doubt: Doubt) -> Bool {
        placedAt?.canBe(
            between: doubt.sentFrom.adding(seconds: -Inquiry.unseenError),
            and: doubt.sentUntil.adding(seconds: Inquiry.unseenError)) ?? true
    }

    /// Whether it says that it is for something else.
    fileprivate func isUnlike(_ doubt: Doubt, by links: LinkRule) -> Bool {
        if let service, service != doubt.providerService { return true }
        if let link, let target = doubt.target,
            links.key(ofListed: link) != links.key(ofListed: target)
        {
            return true
        }
        return quantity != nil && !hasQuantity(of: doubt)
    }

    /// A drip-feed may be listed by its runs or as a whole; what is ordered without a quantity may
    /// be listed with any.
    fileprivate func hasQuantity(of doubt: Doubt) -> Bool {
        guard let ordered = doubt.quantity else { return true }
        return quantity == ordered || quantity == doubt.billedUnits
    }
}

extension Doubt {
    /// What it asked for; nil where nothing says where it goes. What a row does not say is not the
    /// same.
    fileprivate func purchase(by links: LinkRule) -> Inquiry.Purchase? {
        target.map { Inquiry.Purchase(service: providerService, link: links.key(ofListed: $0)) }
    }

    /// Where it is to be delivered: the link, or the user name of a type that has no link.
    fileprivate var target: String? {
        if let link { return link }
        guard let parameters, let json = try? JSONValue(parsing: Array(parameters.utf8)),
            case .string(let name)? = json[Parameter.username.rawValue]
        else { return nil }
        return name
    }
}

extension LinkRule {
    /// What a link is compared by that a provider lists, which may have come through HTML.
    fileprivate func key(ofListed link: String) -> String {
        spelling(link.decodingEntities).key
    }
}
