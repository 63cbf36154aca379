import Identity
import Ledger
import Providers
import Settings
import StrictJSON
import Timestamps
import Trade

/// Looks in a provider's own list of recent orders for orders in doubt (design.md §6). It decides,
/// and writes nothing.
///
/// An order is found if exactly one row, which belongs to no other order of ours, is for the same
/// service, link and quantity, and was placed when the order was sent. A list without the order
/// proves that the provider does not have it only if the list goes back far enough, and only some
/// time after the order was sent.
struct Inquiry {
    let provider: ProviderSettings
    /// Which links are the same.
    private let links: LinkRule
    let now: Timestamp
    /// Whether any order of ours ever had an id from this provider.
    private let hasAnyOfOurs: Bool
    private let length: Int
    /// The rows that belong to no order of ours, by their purchase: each doubt looks only at its
    /// own.
    private let unmatched: [Purchase: [RecentOrder]]
    private let rows: [String: RecentOrder]
    /// The latest moment at which the oldest of the listed orders may have been placed.
    private let beginning: Timestamp?

    /// What an order buys.
    fileprivate struct Purchase: Hashable {
        let service: String
        /// In the form in which links are compared.
        let link: String
    }

    /// - Parameters:
    ///   - provider: the provider whose list it is.
    ///   - list: the provider's recent orders.
    ///   - links: which links are the same.
    ///   - ours: the ids in the list that belong to orders of ours, and whether any order of ours
    ///     ever had an id from this provider.
    ///   - now: when the list was read.
    init(
        provider: ProviderSettings, list: [RecentOrder], links: LinkRule,
        ours: (ids: Set<String>, isAny: Bool), now: Timestamp
    ) {
        self.provider = provider
        self.links = links
        self.now = now
        hasAnyOfOurs = ours.isAny
        length = list.count
        rows = Dictionary(list.map { ($0.providerOrder, $0) }) { first, _ in first }
        beginning = list.lazy.compactMap(\.placedAt).map(\.latest).min()
        var unmatched: [Purchase: [RecentOrder]] = [:]
        for row in list where !ours.ids.contains(row.providerOrder) {
            guard let service = row.service, let link = row.link else { continue }
            let purchase = Purchase(service: service, link: links.key(ofListed: link))
            unmatched[purchase, default: []].append(row)
        }
        self.unmatched = unmatched
    }

    /// How many rows to ask for, and how many if that is refused.
    static let limits = (usual: 1_000, small: 100)
    /// A shorter list was not cut by the provider, because no provider has such short pages.
    private static let shortestPage = 20
    /// How wrong a clock may be without anybody noticing it, in seconds.
    fileprivate static let unseenError = 2 * 86_400
    /// The longest time between two inquiries about the same doubt, in seconds.
    private static let longestWait = 86_400

    func news(of doubt: Doubt) -> DoubtNews {
        DoubtNews(of: doubt, verdict(on: doubt), askAgain: now.adding(seconds: wait(for: doubt)))
    }

    /// How many seconds to wait until the next inquiry: as long as the order has been in doubt.
    func wait(for doubt: Doubt) -> Int {
        let shortest = provider.pollEverySeconds
        guard doubt.decision == nil else { return shortest }
        let age = Int((now.milliseconds - doubt.sentUntil.milliseconds) / 1_000)
        return max(shortest, min(age, Self.longestWait))
    }

    private func verdict(on doubt: Doubt) -> DoubtNews.Content {
        let rows = (doubt.purchase(by: links).flatMap { unmatched[$0] } ?? []).filter {
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
                evidence: "its list has it as \(id): service, link, quantity and time agree")
        }
        let ids = candidates.map(\.providerOrder)
        guard let decision = doubt.decision?.decision else {
            return .open(evidence: ids.isEmpty ? absence(of: doubt) : words(for: ids, doubt))
        }
        switch decision {
        case .placed(let id):
            if ids.contains(id) { return .believed(because: "its list has that order") }
            if let row = self.rows[id], row.isUnlike(doubt, by: links) {
                return .contradicted(
                    because: "its order \(id) is for another service, link or quantity")
            }
            return .open(evidence: ids.isEmpty ? absence(of: doubt) : words(for: ids, doubt))
        case .notPlaced, .refund:
            if !ids.isEmpty { return .contradicted(because: words(for: ids, doubt)) }
            if let row = rows.first(where: { doubt.isAfterJump || $0.isNear(doubt) }) {
                return .contradicted(
                    because: "its order \(row.providerOrder) is for the same service, link "
                        + "and quantity, but from another time: if a clock was wrong, it may be "
                        + "this order")
            }
            guard isProofOfAbsence(of: doubt) else { return .open(evidence: nil) }
            return .believed(because: "its list does not have it")
        }
    }

    private func words(for ids: [String], _ doubt: Doubt) -> String {
        guard doubt.isTimeKnown else {
            return "its list has \(ids.prefix(10).joined(separator: ", ")), and one of them may be "
                + "this order: the clock was changed about when it was sent, so the time proves "
                + "nothing"
        }
        return ids.count == 1
            ? "its order \(ids[0]) may be this order, but its list does not say when it was placed"
            : "several orders of its list may be this order: "
                + ids.prefix(10).joined(separator: ", ")
    }

    private func absence(of doubt: Doubt) -> String? {
        isProofOfAbsence(of: doubt) ? "its list of orders does not have it" : nil
    }

    /// Whether the list would contain the order if the provider had it.
    private func isProofOfAbsence(of doubt: Doubt) -> Bool {
        guard now > doubt.sentUntil.adding(seconds: provider.notFoundGraceSeconds) else {
            return false
        }
        // As with a catalogue, an empty list is not believed if it should not be empty.
        if length == 0 { return !hasAnyOfOurs }
        return length < Self.shortestPage || beginning.map { $0 < doubt.sentFrom } == true
    }
}

extension RecentOrder {
    /// Whether its time is so near that it may be the order in doubt even if the times disagree.
    /// While a clock is wrong by less than two days, nobody may notice.
    fileprivate func isNear(_ doubt: Doubt) -> Bool {
        placedAt?.canBe(
            between: doubt.sentFrom.adding(seconds: -Inquiry.unseenError),
            and: doubt.sentUntil.adding(seconds: Inquiry.unseenError)) ?? true
    }

    /// Whether it is clearly another purchase.
    fileprivate func isUnlike(_ doubt: Doubt, by links: LinkRule) -> Bool {
        if let service, service != doubt.providerService { return true }
        if let link, let target = doubt.target,
            links.key(ofListed: link) != links.key(ofListed: target)
        {
            return true
        }
        return quantity != nil && !hasQuantity(of: doubt)
    }

    /// A drip-feed may be listed by its runs or as a whole. An order without a quantity may be
    /// listed with any.
    fileprivate func hasQuantity(of doubt: Doubt) -> Bool {
        guard let ordered = doubt.quantity else { return true }
        return quantity == ordered || quantity == doubt.billedUnits
    }
}

extension Doubt {
    /// The order's purchase; nil if nothing says where to deliver it. A row that does not name its
    /// purchase is never the same.
    fileprivate func purchase(by links: LinkRule) -> Inquiry.Purchase? {
        target.map { Inquiry.Purchase(service: providerService, link: links.key(ofListed: $0)) }
    }

    /// Where to deliver it: the link, or the user name if its type has no link.
    fileprivate var target: String? {
        if let link { return link }
        guard let parameters, let json = try? JSONValue(parsing: Array(parameters.utf8)),
            case .string(let name)? = json[Parameter.username.rawValue]
        else { return nil }
        return name
    }
}

extension LinkRule {
    /// The key by which a link from a provider's list is compared. It may have come through HTML.
    fileprivate func key(ofListed link: String) -> String {
        spelling(link.decodingEntities).key
    }
}
