import Glibc
import TestHouse
import TestSupport

/// What became of the calls of some clients after something was done to the programs that served
/// them. To learn it, all is taken that was dropped, `upload` is started again, and every call is
/// asked again.
struct DoorAftermath {
    let works: Works
    let key: String
    let calls: [DoorCall]
    /// Whether nothing was killed: what got no answer must then have had no effect.
    var isOrderly = false

    /// What is broken of the promises (doors.md §1).
    ///
    /// `first`: what the clients of each call heard.
    func faults(of first: [[RawAnswer?]]) throws -> [String] {
        try works.done("ingest")
        let before = Set(try works.orderedLinks())
        let ingest = try RunningProgram(works, "ingest --linger 600 --no-dispatch --quiet")
        // Otherwise upload might start another one first.
        _ = eventually { works.isHeld("ingest") || ingest.end() != nil }
        let upload = try DoorProgram(works)
        let rubbish = works.entries("tmp").map { "\($0) is left in tmp" }
        var stories: [DoorStory] = []
        for (call, heard) in zip(calls, first) {
            let wasRivalThere = !call.rivals.isEmpty && before.isSuperset(of: call.rivals)
            stories.append(
                DoorStory(
                    call: call, first: heard, wasThere: before.isSuperset(of: call.links),
                    wasRivalThere: wasRivalThere,
                    // A name that was free belongs to the first that asks.
                    isRivalThere: wasRivalThere
                        || stories.contains { $0.call.links == call.rivals },
                    again: call.ask(upload.port, key)))
        }
        let end = upload.end()
        if ingest.end() == nil { kill(ingest.process, SIGTERM) }
        let ends = [end, ingest.waitForEnd()]
        guard ends == [0, 0] else {
            let statuses = ends.map { $0.map(String.init) ?? "never" }
            return ["upload and ingest ended with \(statuses): \(upload.text) \(ingest.text)"]
        }
        try works.waitForPrograms()
        try works.done("ingest")
        let silent = isOrderly ? stories.filter { $0.isUnanswered && $0.wasThere } : []
        return rubbish + silent.map { "\($0.call.name): is there, and nobody was told" }
            + stories.flatMap(\.faults) + (try wrongOrders(stories)) + (try works.findings())
    }

    /// Orders that are not there once, or have another number than was told, and files that are
    /// nowhere at home.
    private func wrongOrders(_ stories: [DoorStory]) throws -> [String] {
        let links = try works.orderedLinks()
        let losers = stories.filter { $0.again?.status == 409 }.flatMap(\.call.links)
        let expected = Set(stories.flatMap(\.call.links)).subtracting(losers)
            .union(DoorScene.before)
        var seen: [String] = []
        if links != expected.sorted() {
            seen.append("the orders are \(links), not \(expected.sorted())")
        }
        let numbers = Set(try works.table("SELECT link, id FROM orders"))
        for story in stories {
            guard
                let answer = (story.first.compactMap(\.self) + [story.again].compactMap(\.self))
                    .first(where: { $0.order != nil }), let number = answer.order
            else { continue }
            let isIts = story.call.links.contains { numbers.contains("\($0)|\(number)") }
            if !isIts { seen.append("\(story.call.name) is not order \(number)") }
        }
        for place in ["tmp", "doors/acme", "work/acme"] {
            seen += works.entries(place).map { "\($0) is left in \(place)" }
        }
        return seen
    }
}
