import TestHouse
import TestSupport

/// Works that serve `acme`, before any call: with a file that was taken before. What is struck
/// works in a copy, which always lies at the same place.
struct DoorScene {
    let key: String
    private let scene: Works
    private let workshop = TemporaryFolder(inMemory: true)
    /// The folder that the copy is made in.
    private let place: String
    /// `dispatch`, which `ingest` starts, sends there.
    private let sandbox: SandboxProcess

    var works: Works { Works(path: "\(place)/panel") }

    /// - `startsIngest`: whether `upload` starts `ingest` for calls that wait.
    /// - `waitSeconds`: how long they wait.
    /// - `place`: where the copy is made; nil: in memory.
    init(startsIngest: Bool, waitSeconds: Int = patience / 2, in place: String? = nil) throws {
        scene = Works(inMemory: true)
        self.place = place ?? workshop.path
        sandbox = try SandboxProcess("--speed 0 --balance 100000", key: Works.key)
        try scene.configure(
            [.unpaused("sandbox", url: sandbox.url)],
            also: Works.door("start_ingest: \(startsIngest)", waitSeconds: waitSeconds))
        try scene.populate()
        key = try scene.issueKey()
        try scene.write(DoorCall.text(of: "known"), to: "spool/doors/acme/known.json")
        try scene.done("ingest")
        guard try scene.findings().isEmpty, scene.entries("doors/acme").isEmpty else {
            throw WorldFailure("the scene is unsound")
        }
    }

    /// Makes a new copy. In it no run has left its note, so that a run is known to be at work by
    /// the note that it leaves.
    func open() throws -> Works {
        let works = works
        try scene.copy(to: works)
        _ = shellRun("rm -f '\(works.spool)'/lock/*.last")
        return works
    }

    /// The links that are ordered before any call.
    static let before = DoorCall.links(of: "known")

    /// All that a script does: new files, a known one, two files of one name, batches and single
    /// orders, some of them twice at once.
    static let calls: [DoorCall] =
        [
            .put("new", batch: "new"), .put("known", batch: "known"),
            .put("known", batch: "usurper", rival: "known"),
            .put("twin", batch: "castor", rival: "pollux"),
            .put("twin", batch: "pollux", rival: "castor"),
            .post(batch: "unnamed"), .orders(batch: "first"), .orders(batch: "second", copies: 2),
            .add("https://ref.example/1", ref: "R-1"),
            .add("https://ref.example/2", ref: "R-2", copies: 2),
        ] + (1...4).map { .add("https://plain.example/\($0)") }
}

extension Works {
    /// The links that have an order.
    func orderedLinks() throws -> [String] {
        try table("SELECT link FROM orders ORDER BY link")
    }
}
