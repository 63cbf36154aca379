import StrictJSON
import Trade
import Transport

/// A reply's answer about one of the ids that were asked about.
package enum Answer<Report: Equatable & Sendable>: Equatable, Sendable {
    case report(Report)
    /// The provider does not know the id. In the first minutes after a good `add` this may still
    /// change (provider-api.md §7, quirk 17).
    case notFound
    /// A complaint about this id, in the provider's words.
    case error(String)
    /// It speaks of the id, but says neither yes nor no in words that anybody understands.
    case unclear(String)
    /// The reply leaves the id out, which says nothing about it.
    case missing
}

/// A reply's answers about the ids that were asked about, or why there are none.
package typealias Answers<Report: Equatable & Sendable> =
    Result<[String: Answer<Report>], ReplyFailure>

extension ProviderEndpoint {
    /// Reads the answers to a question about `ids`: each of them gets one.
    ///
    /// - Parameters:
    ///   - finished: the call with the reply.
    ///   - ids: the ids that were asked about.
    ///   - names: the keys under which an answer may say its id.
    ///   - byPosition: whether answers without an id are matched by their position. If only one id
    ///     was asked about, they always are.
    ///   - read: reads the part of the reply that is about one id.
    /// - Returns: one answer for each id, or why there are none.
    func answers<Report>(
        in finished: Finished, to ids: [String], named names: [String], byPosition: Bool,
        read: (JSONValue) -> Answer<Report>
    ) -> Answers<Report> {
        let answers: Answers<Report> = answer(in: finished) { document throws(ReplyFailure) in
            let parts = document.parts(
                about: ids, named: names, byPosition: byPosition || ids.count == 1)
            return ids.reduce(into: [:]) { answers, id in
                answers[id] = parts[id].map(read) ?? .missing
            }
        }
        // If one id was asked about, a complaint is about that id, unless it is about us.
        guard ids.count == 1, case .failure(let failure) = answers,
            case .refused(let errorClass) = failure.reason
        else { return answers }
        switch errorClass {
        case .auth, .funds, .throttle: return answers
        case .notFound: return .success([ids[0]: .notFound])
        case .service, .duplicate, .input, nil: return .success([ids[0]: .error(failure.text)])
        }
    }

    /// The answer that a complaint about one id is.
    func complaint<Report>(_ words: String) -> Answer<Report> {
        ErrorClass.of(words, extra: extraErrors) == .notFound
            ? .notFound : .error(evidence(words))
    }
}

extension JSONValue {
    /// The part of a reply that is about each of `ids`, for any shape of reply (provider-api.md §7,
    /// quirks 9 to 12 and 18 to 20): an object by id, a list of objects that say their id, a list
    /// of objects of one key, a list in the order of the question, or a part on its own.
    ///
    /// If a reply speaks of an id twice, neither part is believed.
    fileprivate func parts(
        about ids: [String], named names: [String], byPosition: Bool
    ) -> [String: JSONValue] {
        let asked = Dictionary(ids.map { ($0.comparedAsIdentifier, $0) }) { first, _ in first }
        let whole = unwrapped
        let byIndex =
            whole.members.allSatisfy { asked[$0.key] != nil }
            ? nil : whole.elementsByIndex(named: names)
        let list = whole.elements ?? byIndex ?? [whole]
        let named = list.flatMap { element -> [(id: String, part: JSONValue)] in
            if let id = element.first(of: names)?.identifier { return [(asked[id] ?? id, element)] }
            return element.members.compactMap { member in
                asked[member.key.comparedAsIdentifier].map { ($0, member.value) }
            }
        }
        if named.isEmpty, byPosition, list.count == ids.count {
            return Dictionary(zip(ids, list)) { first, _ in first }
        }
        return Dictionary(grouping: named, by: \.id).compactMapValues { parts in
            parts.count == 1 ? parts[0].part : nil
        }
    }

    /// The elements of a list that PHP wrote as an object because it had a gap: `{"0":…,"2":…}`.
    /// Each says its own id under one of `names`; nil if this is something else.
    func elementsByIndex(named names: [String]) -> [JSONValue]? {
        var last = -1
        for member in members {
            guard let index = Int(member.key), index > last,
                member.value.first(of: names)?.identifier != nil
            else { return nil }
            last = index
        }
        return members.isEmpty ? nil : members.map(\.value)
    }

    /// Without the envelope that some providers put around an answer.
    var unwrapped: JSONValue {
        guard let data = self["data"], data.isObject || data.elements != nil else { return self }
        return data
    }
}
