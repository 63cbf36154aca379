import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

@Suite struct CollectingTests {
    let tray = try! Tray()
    let door: Door

    init() throws {
        let path = tray.spool.door(of: tray.acme)
        precondition(mkdir(path, 0o700) == 0)
        door = try #require(try tray.spool.openDoor(of: tray.acme))
    }

    private func path(_ name: String) -> String { "\(door.path)/\(name)" }

    private func put(_ text: String, as name: String) {
        let descriptor = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
    }

    private func collect(_ name: String, upTo most: Int64 = .max) throws -> Collecting.Outcome {
        var collecting = Collecting(tray.spool)
        return try collecting.collect(FileName(name), from: door, upTo: most)
    }

    private func collected(_ name: String) throws -> CopiedFile {
        guard case .collected(let file) = try collect(name) else {
            throw SystemError("cannot collect", name, code: 0)
        }
        return file
    }

    private func inode(_ path: String) -> UInt64 {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// Of "text".
    private static let digest =
        "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"

    @Test func `a file is collected as it is, under its digest and its name`() throws {
        put("text", as: "a.json")
        let before = inode(path("a.json"))
        let file = try collected("a.json")
        #expect(file.digest == Self.digest && file.bytes == 4 && "\(file.name)" == "a.json")
        #expect(file.content == Array("text".utf8) && text(file.path) == "text")
        #expect(try tray.names("work") == ["\(Self.digest)-a.json"] && door.names().isEmpty)
        #expect(inode(file.path) == before)
    }

    @Test(arguments: ["a.json", "a.json.json", "x-y.json", String(repeating: "n", count: 200)])
    func `what a dead run had collected keeps its name`(stem: String) throws {
        let name = "\(stem).json"
        put("text", as: name)
        _ = try collected(name)
        let next = try Spool.open(at: tray.spool.root, program: "ingest")
        try next.putBackHeld(of: tray.acme)
        #expect(try next.leftovers(of: tray.acme).isEmpty)
        let left = try next.collected(of: tray.acme)
        #expect(left.map(\.digest) == [Self.digest] && left.map { "\($0.name)" } == [name])
        try tray.finish(left[0], to: .archive(receivedAt: tray.day))
        #expect(try tray.names("work").isEmpty && tray.names("archive").count == 1)
        #expect(try tray.names("inbox").isEmpty)
    }

    @Test func `a name that no program gives is cut, and its file is taken`() throws {
        let name = String(repeating: "ü", count: 120) + ".json"
        put("text", as: name)
        #expect(try collected(name).digest == Self.digest)
        let left = try tray.spool.collected(of: tray.acme)
        #expect(left.map { "\($0.name)" } == ["\(Self.digest).json"])
    }

    @Test func `what was taken back is not collected`() throws {
        guard case .gone = try collect("a.json") else {
            Issue.record("collected nothing")
            return
        }
    }

    @Test func `a file that is too long for now stays`() throws {
        put("text", as: "a.json")
        guard case .long = try collect("a.json", upTo: 3) else {
            Issue.record("collected a long file")
            return
        }
        #expect(text(path("a.json")) == "text")
    }

    @Test func `the same bytes under the same name wait until the first are finished`() throws {
        put("text", as: "a.json")
        let first = try collected("a.json")
        put("text", as: "a.json")
        guard case .twin = try collect("a.json") else {
            Issue.record("collected a twin")
            return
        }
        try tray.finish(first, to: .archive(receivedAt: tray.day))
        #expect(try collected("a.json").digest == Self.digest)
    }

    @Test(arguments: ["symlink", "FIFO", "directory"])
    func `what is no file stays, and is reported`(kind: String) throws {
        switch kind {
        case "symlink": #expect(symlink("/etc/passwd", path("a.json")) == 0)
        case "FIFO": #expect(mkfifo(path("a.json"), 0o600) == 0)
        default: #expect(mkdir(path("a.json"), 0o700) == 0)
        }
        guard case .noFile = try collect("a.json") else {
            Issue.record("collected a \(kind)")
            return
        }
        let strays = try tray.spool.misplaced([], most: 10, now: tray.day)
        #expect(strays.map(\.path) == [path("a.json")] && strays.map(\.owner) == ["acme"])
    }

    @Test func `other names in a door, and files beside the doors, are reported`() throws {
        put("text", as: "note.txt")
        put("text", as: ".hidden")
        put("text", as: "../stray.json")
        let strays = try tray.spool.misplaced([], most: 10, now: tray.day).map(\.path)
        #expect(
            strays.sorted() == [path("note.txt"), "\(tray.spool.root)/doors/stray.json"].sorted())
    }

    @Test func `nothing is taken through a door of the desk`() throws {
        #expect(mkdir("\(tray.spool.root)/doors/desk", 0o700) == 0)
        var droppers: [Dropper] = []
        try tray.spool.forEachDoor { droppers.append($0.dropper) }
        #expect(droppers == [tray.acme])
    }

    @Test func `a file counts as taken from the moment when it is collected`() throws {
        put("text", as: "a.json")
        let times = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, path("a.json"), times, 0) == 0)
        try tray.finish(try collected("a.json"), to: .archive(receivedAt: tray.day))
        let archived = try #require(try tray.spool.archived().first)
        #expect(archived.copiedAt > 1_000_000_000_000 + 1)
    }

    /// A caller drops files under one name and takes them back while intake collects them. Whatever
    /// intake gets has the digest of its bytes, and nothing is lost or doubled.
    @Test func `who renames first has the file, and gets the file that they meant`() async throws {
        let isOver = Atomic(false)
        async let withdrawn = { [door, folder = tray.folder.path] in
            defer { isOver.store(true, ordering: .relaxed) }
            return try Self.dropAndTakeBack(in: door, from: folder)
        }()
        var mine: [String: String] = [:]
        while !isOver.load(ordering: .relaxed) {
            if case .collected(let file) = try collect("a.json") {
                mine[file.digest] = text(file.path)
            }
            sched_yield()
        }
        let (theirs, drops) = try await withdrawn
        for (digest, text) in mine {
            #expect(try tray.hash(text) == digest)
            #expect(!theirs.contains(text))
        }
        #expect(!mine.isEmpty && !theirs.isEmpty)
        #expect(try tray.names("work").count + door.names().count + theirs.count == drops)
    }

    /// Drops different files under one name, and tries to take every second one back, until it got
    /// one at least. Returns the texts of those that it got, and how many it dropped.
    private static func dropAndTakeBack(
        in door: Door, from folder: String
    ) throws -> (Set<String>, drops: Int) {
        let own = try Directory(folder)
        let (name, back) = (FileName("a.json"), FileName("back"))
        var theirs: Set<String> = []
        var number = 0
        while number < 400 || theirs.isEmpty && number < 100_000 {
            defer { number += 1 }
            let descriptor = openat(own.descriptor, "new", O_WRONLY | O_CREAT | O_EXCL, 0o600)
            let words = "file \(number)"
            precondition(write(descriptor, words, words.utf8.count) == words.utf8.count)
            close(descriptor)
            while try !door.directory.takeNew(FileName("new"), from: own, as: name) {
                sched_yield()
            }
            for _ in 0..<(number / 2 % 4) { sched_yield() }
            guard number % 2 == 1,
                (try? own.take(name, from: door.directory, as: back)) != nil
            else { continue }
            theirs.insert(try #require(text("\(folder)/back")))
        }
        return (theirs, number)
    }
}

extension Tray {
    /// The SHA-256 of a text.
    fileprivate func hash(_ text: String) throws -> String {
        let path = "\(folder.path)/hashed"
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        guard
            case .file(let whole) = try WholeFile.open(
                FileName("hashed"), in: try Directory(folder.path))
        else { throw SystemError("cannot open", path, code: 0) }
        var hashing = Hashing()
        return try hashing.digest(of: whole)
    }
}
