import Glibc

/// Some of the places where files are dropped, by their owners.
package struct DropPlaces: Hashable, Sendable {
    package var doors: Set<Dropper>
    package var inboxes: Set<Dropper>

    package init(doors: Set<Dropper> = [], inboxes: Set<Dropper> = []) {
        self.doors = doors
        self.inboxes = inboxes
    }

    package var isEmpty: Bool { doors.isEmpty && inboxes.isEmpty }
}

/// Watches every place where files are dropped: doors, the inboxes of desks and of
/// resellers, and what lies above them, where new owners appear.
package struct DropWatch {
    private let spool: Spool
    private let watch: Watch
    /// What is watched, by its path.
    private var places: [String: Place] = [:]

    private enum Place {
        case inbox(Dropper)
        case door(Dropper)
        case doors
        /// The owner's directory, because no inbox was in it.
        case home(Dropper)
        case resellers
        /// Above the named desks.
        case desks
        case lock
    }

    /// What happened.
    package struct News: Sendable {
        package var places = DropPlaces()
        /// Whether more happened than could be kept: anything may have come anywhere.
        package var isAnywhere = false
    }

    /// Watches all places that are there.
    ///
    /// - Throws: `SystemError`, also if the system allows too few watches.
    package init(_ spool: Spool) throws(SystemError) {
        self.spool = spool
        watch = try Watch()
        try watchAll()
    }

    private mutating func watchAll() throws(SystemError) {
        // There the caller finds what it is asked to do (`RunFiles`).
        _ = try watch(spool.runDirectory, .arrivals, as: .lock)
        let doors = "\(spool.root)/doors"
        if try watch(doors, .arrivals, as: .doors) {
            for name in try Directory(doors).names() {
                _ = try watch("\(doors)/\(name)", .arrivals, as: .door(Dropper(named: "\(name)")))
            }
        }
        _ = try watch("\(spool.root)/resellers", .arrivals, as: .resellers)
        try watchInbox(of: .desk)
        for name in try spool.resellers() { try watchInbox(of: .reseller(name)) }
        let desks = "\(spool.root)/desks"
        if try watch(desks, .arrivals, as: .desks) {
            for name in try Directory(desks).names() { try watchInbox(of: .namedDesk("\(name)")) }
        }
    }

    /// Readable, as poll(2) says, while something has happened.
    package var descriptor: Int32 { watch.descriptor }

    /// What happened since the last call; new owners are watched from now on.
    package mutating func news() throws(SystemError) -> News {
        var news = News()
        for event in try watch.news() {
            switch event {
            case .missed: news.isAnywhere = true
            case .gone(let path): try forget(path, &news)
            case .entry(let name, let path): try take(name, in: path, &news)
            }
        }
        if news.isAnywhere { try watchAll() }
        return news
    }

    private mutating func take(
        _ name: FileName, in path: String, _ news: inout News
    ) throws(SystemError) {
        switch places[path] {
        case .inbox(let dropper):
            // While a name is in the making its file is not complete; the loss of such a name may
            // complete it.
            news.places.inboxes.insert(dropper)
        case .home(let dropper): try watchInbox(of: dropper, &news)
        case .resellers:
            let dropper = Dropper.reseller("\(name)")
            if dropper.name != Dropper.desk.name { try watchInbox(of: dropper, &news) }
        case .desks: try watchInbox(of: .namedDesk("\(name)"), &news)
        case .doors:
            // A file may be in it by now.
            let dropper = Dropper(named: "\(name)")
            if try watch("\(path)/\(name)", .arrivals, as: .door(dropper)) {
                news.places.doors.insert(dropper)
            }
        case .door(let dropper): if name.isForUs { news.places.doors.insert(dropper) }
        case .lock, nil: break
        }
    }

    private mutating func forget(_ path: String, _ news: inout News) throws(SystemError) {
        switch places.removeValue(forKey: path) {
        case .inbox(let dropper): try watchInbox(of: dropper, &news)
        case .doors, .home, .resellers, .desks, .lock: news.isAnywhere = true
        case .door, nil: break
        }
    }

    /// Watches an inbox, in which something may be by now.
    private mutating func watchInbox(
        of dropper: Dropper, _ news: inout News
    ) throws(SystemError) {
        if try watchInbox(of: dropper) { news.places.inboxes.insert(dropper) }
    }

    /// Watches an inbox, or the place where it will appear; returns whether it is there.
    @discardableResult
    private mutating func watchInbox(of dropper: Dropper) throws(SystemError) -> Bool {
        let inbox = spool.inbox(of: dropper)
        if try watch(inbox, .changes, as: .inbox(dropper)) { return true }
        guard try watch("\(spool.root)/\(dropper.home)", .arrivals, as: .home(dropper)) else {
            return false
        }
        // It may have come in between.
        return try watch(inbox, .changes, as: .inbox(dropper))
    }

    private mutating func watch(
        _ path: String, _ interest: Watch.Interest, as place: Place
    ) throws(SystemError) -> Bool {
        guard try watch.add(path, for: interest) else { return false }
        places[path] = place
        return true
    }
}
