import Glibc
import TestSupport
import Testing

@testable import Spool

/// What comes into the spool is noticed as it comes.
@Suite struct WatchTests {
    private let tray: Tray

    init() throws {
        tray = try Tray()
    }

    private var inbox: String { tray.spool.inbox(of: tray.acme) }

    @Test func `every way to bring a file, and to complete one, is news of its directory`() throws {
        let watch = try Watch()
        #expect(try watch.add(inbox, for: .changes))
        #expect(try watch.news() == [])
        let moved = tray.folder.write("{}", to: "elsewhere")
        #expect(rename(moved, tray.path("a.json")) == 0)
        #expect(try watch.news() == [entry("a.json")])
        tray.drop("{}", as: "b.json")
        #expect(try watch.news().allSatisfy { $0 == entry("b.json") })
        #expect(link(tray.path("b.json"), tray.path("c.json")) == 0)
        #expect(try watch.news() == [entry("c.json")])
        #expect(unlink(tray.path("b.json")) == 0)
        #expect(try watch.news() == [entry("b.json")])
        #expect(chmod(tray.path("c.json"), 0o600) == 0)
        #expect(try watch.news() == [entry("c.json")])
        // What intake does with a file is no news.
        _ = bytes(at: tray.path("c.json"))
        #expect(rename(tray.path("c.json"), "\(tray.folder.path)/taken") == 0)
        #expect(try watch.news() == [])
    }

    @Test func `only arrivals are told of a directory in which nothing is written`() throws {
        let watch = try Watch()
        #expect(try watch.add(inbox, for: .arrivals))
        tray.drop("{}", as: "a.json")
        #expect(try watch.news() == [entry("a.json")])
        #expect(unlink(tray.path("a.json")) == 0)
        #expect(try watch.news() == [])
    }

    @Test func `a directory that is gone is told once, and what is none is not watched`() throws {
        let watch = try Watch()
        for name in ["removed", "moved"] {
            let path = "\(tray.folder.path)/\(name)"
            #expect(try !watch.add(path, for: .changes))
            #expect(mkdir(path, 0o700) == 0)
            #expect(try watch.add(path, for: .changes))
        }
        #expect(rmdir("\(tray.folder.path)/removed") == 0)
        #expect(rename("\(tray.folder.path)/moved", "\(tray.folder.path)/away") == 0)
        #expect(
            try watch.news() == [
                .gone("\(tray.folder.path)/removed"), .gone("\(tray.folder.path)/moved"),
            ])
        tray.folder.write("{}", to: "away/a.json")
        #expect(try watch.news() == [])
        let file = tray.folder.write("{}", to: "file")
        #expect(try !watch.add(file, for: .changes))
        #expect(symlink(inbox, "\(tray.folder.path)/link") == 0)
        #expect(try !watch.add("\(tray.folder.path)/link", for: .changes))
    }

    @Test func `more than the kernel keeps is said to be missed`() throws {
        let most = content(at: "/proc/sys/fs/inotify/max_queued_events")?.split(separator: "\n")
        let count = try #require(most?.first.flatMap { Int($0) })
        let folder = TemporaryFolder(inMemory: true)
        let watch = try Watch()
        #expect(try watch.add(folder.path, for: .arrivals))
        for number in 0...count { mkdir("\(folder.path)/\(number)", 0o700) }
        let news = try watch.news()
        #expect(news.last == .missed)
        #expect(news.dropLast().allSatisfy { $0 != .missed })
    }

    @Test func `an owner who comes later is noticed, and so is what is in an inbox by then`() throws
    {
        var watch = try DropWatch(tray.spool)
        try tray.spool.makeDirectories(ofReseller: "zenith")
        #expect(try watch.news().places.inboxes == [.reseller("zenith")])
        // First the owner's directory, then the inbox in it, then a file.
        let home = "\(tray.spool.root)/resellers/newco"
        #expect(mkdir(home, 0o755) == 0)
        #expect(try watch.news().places.inboxes == [])
        #expect(mkdir("\(home)/inbox", 0o755) == 0)
        #expect(try watch.news().places.inboxes == [.reseller("newco")])
        tray.folder.write("{}", to: "spool/resellers/newco/inbox/a.json")
        tray.drop("{}", as: "a.json")
        tray.folder.write("{}", to: "spool/desk/inbox/a.json")
        tray.folder.write("{}", to: "spool/desks/web/inbox/a.json")
        #expect(
            try watch.news().places.inboxes
                == [.reseller("newco"), tray.acme, .desk, .namedDesk("web")])
    }

    @Test func `an inbox that is made anew is watched again`() throws {
        // Nobody has it open: the kernel tells only then that it is gone.
        let zenith = Dropper.reseller("zenith")
        try tray.spool.makeDirectories(ofReseller: zenith.name)
        var watch = try DropWatch(tray.spool)
        let inbox = tray.spool.inbox(of: zenith)
        #expect(rmdir(inbox) == 0)
        #expect(try watch.news().places.inboxes == [])
        #expect(mkdir(inbox, 0o755) == 0)
        #expect(try watch.news().places.inboxes == [zenith])
        tray.folder.write("{}", to: "spool/resellers/zenith/inbox/a.json")
        #expect(try watch.news().places.inboxes == [zenith])
    }

    @Test func `a file in a door is news, in a door that comes later too`() throws {
        var watch = try DropWatch(tray.spool)
        let door = "\(tray.spool.root)/doors/acme"
        #expect(mkdir(door, 0o700) == 0)
        _ = try watch.news()
        for name in ["a.json", "b.json"] {
            let file = tray.folder.write("{}", to: name)
            #expect(rename(file, "\(door)/\(name)") == 0)
            let news = try watch.news()
            #expect(news.places == DropPlaces(doors: [tray.acme]) && !news.isAnywhere)
        }
        #expect(try watch.news().places.isEmpty)
    }

    private func entry(_ name: String) -> Watch.News { .entry(FileName(name), in: inbox) }
}
