import StrictJSON

/// What a reply says about one of the ids that were asked about.
package enum Answer<Report: Equatable & Sendable>: Equatable, Sendable {
    case report(Report)
    /// The provider does not know the id; minutes after a good `add` that may still change
    /// (provider-api.md §7, quirk 17).
    case notFound
    /// A complaint about this id, in the provider's words.
    case error(String)
    /// The reply passes over the id, which says nothing about it.
    case missing
}

/// What a reply says about each of the ids that were asked about, or why it says nothing.
package typealias Answers<Report: Equatable & Sendable> =
    Result<[String: Answer<Report>], ReplyFailure>

extension ProviderEndpoint {
    /// Reads the answers to a question about `ids`: each of them gets one.
    ///
    /// `names` are the keys under which an answer may say its id. Answers that say none are taken
    /// by position only if `byPosition`, or if there was one question.
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
        // A complaint that answers one question is about its id, unless it is about us.
        guard ids.count == 1, case .failure(let failure) = answers,
            case .refused(let errorClass) = failure.reason
        else { return answers }
        switch errorClass {
        case .auth, .funds, .throttle: return answers
        case .notFound: return .success([ids[0]: .notFound])
        case .service, .duplicate, .input, nil: return .success([ids[0]: .error(failure.text)])
        }
    }

    /// What a complaint about one id says.
    func complaint<Report>(_ words: String) -> Answer<Report> {
        ErrorClass.of(words, extra: extraErrors) == .notFound
            ? .notFound : .error(evidence(words))
    }
}

extension JSONValue {
    /// The part of a reply that is about each of `ids`, whatever the reply's shape (provider-api.md
    /// §7, quirks 9 to 12 and 18 to 20): an object by id, a list of objects that say their id, a
    /// list of objects of one key, a list in the order of the question, or a part on its own.
    ///
    /// Where a reply speaks twice of an id, it is believed in neither.
    fileprivate func parts(
        about ids: [String], named names: [String], byPosition: Bool
    ) -> [String: JSONValue] {
        let asked = Set(ids)
        let list = unwrapped.elements ?? [unwrapped]
        let named = list.flatMap { element -> [(id: String, part: JSONValue)] in
            if let id = element.first(of: names)?.identifier { return [(id, element)] }
            return element.members.filter { asked.contains($0.key) }.map { ($0.key, $0.value) }
        }
        if named.isEmpty, byPosition, list.count == ids.count {
            return Dictionary(zip(ids, list)) { first, _ in first }
        }
        return Dictionary(grouping: named, by: \.id).compactMapValues { parts in
            parts.count == 1 ? parts[0].part : nil
        }
    }

    /// Without the envelope that some put around an answer.
    var unwrapped: JSONValue {
        guard let data = self["data"], data.isObject || data.elements != nil else { return self }
        return data
    }
}
