import TestSupport

/// What clients heard of one call before and after something was killed, and what became of it.
struct DoorStory {
    let call: DoorCall
    /// What those heard that made it first; nil for no answer.
    let first: [RawAnswer?]
    /// Whether its orders were there when all was taken that had been dropped.
    let wasThere: Bool
    /// Whether those of another file of its name were.
    let wasRivalThere: Bool
    /// Whether another file has had its name when it is asked again.
    let isRivalThere: Bool
    /// What the client heard that asked again after that.
    let again: RawAnswer?

    /// Whether nobody heard anything at first.
    var isUnanswered: Bool { first.allSatisfy { $0 == nil } }

    /// What is broken of the promise (doors.md §1): what was answered is there, and asking again
    /// tells whether the rest is.
    var faults: [String] {
        let heard = first.compactMap(\.self)
        return heard.flatMap(faults) + disagreements(heard) + faultsAgain
    }

    /// The faults of a first answer.
    private func faults(_ answer: RawAnswer) -> [String] {
        if answer.isWithdrawn {
            // Of several that ask the same at once, another may have asked after it was withdrawn;
            // and what was there before stays.
            let isOfAll = first.allSatisfy { $0?.isWithdrawn == true }
            let isNew = !Set(DoorScene.before).isSuperset(of: call.links)
            return wasThere && isOfAll && isNew ? [told("withdrawn, and is there", answer)] : []
        }
        switch (call.kind, answer.status) {
        case (.file, 409):
            return wasRivalThere ? [] : [told("refused for a file that is not there", answer)]
        case (.file, 200), (.file, 201):
            return wasThere ? [] : [told("answered, and is not there", answer)]
        case (.batch, 200), (.order, 200):
            guard answer.order != nil else { return [told("answered without its order", answer)] }
            return wasThere ? [] : [told("answered, and is not there", answer)]
        case (.batch, 202), (.order, 504):
            return wasThere ? [] : [told("taken, and is not there", answer)]
        default: return [told("answered", answer)]
        }
    }

    /// Answers that name another order than the others.
    private func disagreements(_ heard: [RawAnswer]) -> [String] {
        let all = call.kind == .order(hasRef: false) ? heard : heard + [again].compactMap(\.self)
        let numbers = Set(all.compactMap(\.order))
        return numbers.count > 1 ? ["\(call.name): is the orders \(numbers.sorted())"] : []
    }

    private var faultsAgain: [String] {
        guard let again else { return ["\(call.name): no answer when asked again"] }
        switch call.kind {
        case .file:
            let expected = wasThere ? 200 : isRivalThere ? 409 : 201
            return again.status == expected ? [] : [told("again, not \(expected)", again)]
        case .batch:
            let isReplayed = again.fields["idempotency-replayed"] == "true"
            return again.status == 200 && again.order != nil && isReplayed == wasThere
                ? [] : [told("again, with replayed \(isReplayed)", again)]
        case .order(hasRef: true):
            return again.status == 200 && again.order != nil ? [] : [told("again", again)]
        case .order(hasRef: false):
            // A second order for a link that has an open one is refused.
            return again.status == 200 && (again.order == nil) == wasThere
                ? [] : [told("again", again)]
        }
    }

    private func told(_ what: String, _ answer: RawAnswer) -> String {
        "\(call.name), which was \(wasThere ? "" : "not ")there: \(what): \(answer.summary)"
    }
}
