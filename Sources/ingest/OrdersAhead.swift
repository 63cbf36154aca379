import BatchFiles
import Ledger
import Settings
import Spool
import Stage
import Synchronization

/// Reads and checks the orders of a commit's files on a thread of its own, while those before them
/// are written: one of two cores reads, the other writes.
///
/// It goes through the files in their order, as far ahead as the conveyor has room, and does
/// nothing that could be seen if the commit came to nothing. What the ledger has to be asked about
/// is asked on the writing thread: the terms of a service, once for each user, when the writer
/// takes its next pieces; all else about an order, when it is written.
final class OrdersAhead {
    /// A file whose orders are read ahead.
    struct Source: Sendable {
        /// Its place among the files of the commit.
        let index: Int
        let user: UserID
        let batch: String
        let content: BatchFile
        let outline: BatchOutline
    }

    private enum Piece: Sendable {
        case orders([CheckedOrder])
        case end
        /// Waits until `answers` has the terms of a service.
        case question(UserID, ServiceID)
        case failure(any Error)
    }

    private let indices: Set<Int>
    private let passage = Passage()
    private let ended = Semaphore()
    private let terms: (UserID, ServiceID) throws -> ServiceTerms?
    private var pieces: ArraySlice<(index: Int, piece: Piece)> = []

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - sources: the files, in their order.
    ///   - settings: the settings.
    ///   - terms: asks for the terms of a service; called on this thread alone.
    /// - Throws: `SystemError` if no thread can be started.
    init(
        _ sources: [Source], _ settings: Settings,
        terms: @escaping (UserID, ServiceID) throws -> ServiceTerms?
    ) throws(SystemError) {
        indices = Set(sources.map(\.index))
        self.terms = terms
        let (passage, ended) = (passage, ended)
        try OwnThread.run {
            let reading = Reading(passage, settings)
            reading.read(sources)
            ended.signal()
        }
    }

    /// Begins to read, if that is worth a thread; nil if it is not, or if a desk's file among them
    /// may change what services and users are.
    static func begin(
        _ files: [FileEffect], fewest: Int, _ settings: Settings,
        terms: @escaping (UserID, ServiceID) throws -> ServiceTerms?
    ) -> OrdersAhead? {
        var sources: [Source] = []
        var orders = 0
        for file in files where orders < settings.intake.maxOrdersPerCommit {
            guard !file.isDesk else { return nil }
            guard let source = file.source else { continue }
            sources.append(source)
            orders += source.outline.lines
        }
        guard orders >= fewest else { return nil }
        // Without another thread the orders are read on this one.
        return try? OrdersAhead(sources, settings, terms: terms)
    }

    /// The fewest orders that are worth a thread.
    static let fewest = 256

    /// Whether the orders of the file at `index` are read here.
    func covers(_ index: Int) -> Bool { indices.contains(index) }

    /// Takes the orders of a file, once. Files are taken in their order; some may be left out.
    ///
    /// - Throws: what reading and `body` throw.
    func forEachOrder(of index: Int, _ body: (CheckedOrder) throws -> Void) throws {
        passage.wanted.withLock { $0 = index }
        while true {
            let (source, piece) = try next()
            // What is left of an earlier file, whose rest nobody wanted.
            guard source == index else { continue }
            switch piece {
            case .orders(let orders): for order in orders { try body(order) }
            case .end: return
            case .question: continue
            case .failure(let error): throw error
            }
        }
    }

    private func next() throws -> (index: Int, piece: Piece) {
        while pieces.isEmpty {
            pieces = passage.conveyor.take().flatMap(\.self)[...]
            // It can only be the last one: the reader waits for its answer.
            if case .question(let user, let service)? = pieces.last?.piece {
                passage.answer(try terms(user, service))
            }
        }
        return pieces.removeFirst()
    }

    /// Ends the reading, wherever it is. When it returns, no file is open any more.
    func end() {
        passage.conveyor.stop()
        passage.answer(nil)
        ended.wait()
    }
}

extension OrdersAhead {
    /// What lies between the two threads.
    private final class Passage: Sendable {
        let conveyor = Conveyor<[(index: Int, piece: Piece)]>(capacity: 32)
        /// The first file whose orders are still wanted.
        let wanted = Mutex(0)
        private let terms = Mutex<ServiceTerms?>(nil)
        private let answered = Semaphore()

        func answer(_ found: ServiceTerms?) {
            terms.withLock { $0 = found }
            answered.signal()
        }

        func waitForAnswer() -> ServiceTerms? {
            answered.wait()
            return terms.withLock { $0 }
        }
    }

    /// Thrown when nobody wants the orders of a file any more.
    private struct Unwanted: Error {}

    /// The work of the thread.
    private final class Reading {
        private let passage: Passage
        private let settings: Settings
        private var terms: [UserID: KnownTerms] = [:]
        /// The file that asks.
        private var current: Source?
        /// Pieces that are not handed over yet, perhaps of several small files.
        private var bundle: [(index: Int, piece: Piece)] = []
        /// How many orders they have.
        private var bundled = 0
        /// Whether the writer ended it.
        private var isOver = false

        /// How many orders are handed over together: that costs little beside reading them.
        private static let ordersAtOnce = 64

        init(_ passage: Passage, _ settings: Settings) {
            self.passage = passage
            self.settings = settings
        }

        func read(_ sources: [Source]) {
            for source in sources where !isOver { read(source) }
            try? handOver()
        }

        private func read(_ source: Source) {
            current = source
            do {
                try readOrders(of: source)
                try put(.end, of: source)
            } catch is Unwanted {
                return
            } catch {
                try? put(.failure(error), of: source)
            }
        }

        private func readOrders(of source: Source) throws {
            var checks = OrderChecks(source.batch, settings, on: terms(of: source))
            var orders: [CheckedOrder] = []
            try source.content.forEachLine(of: source.outline, kinds: [.orders]) {
                _, number, fields in
                orders.append(try checks.check(number, &fields))
                guard bundled + orders.count >= Self.ordersAtOnce else { return }
                try put(.orders(orders), of: source)
                orders = []
                try handOver()
            }
            if !orders.isEmpty { try put(.orders(orders), of: source) }
        }

        private func terms(of source: Source) -> KnownTerms {
            if let known = terms[source.user] { return known }
            let asked = KnownTerms { [unowned self] service in
                guard let current else { throw Unwanted() }
                try put(.question(current.user, service), of: current)
                try handOver()
                guard let found = passage.waitForAnswer() else { throw Unwanted() }
                return found
            }
            terms[source.user] = asked
            return asked
        }

        private func put(_ piece: Piece, of source: Source) throws {
            guard passage.wanted.withLock({ $0 <= source.index }) else { throw Unwanted() }
            if case .orders(let orders) = piece { bundled += orders.count }
            bundle.append((source.index, piece))
        }

        private func handOver() throws {
            let pieces = bundle
            (bundle, bundled) = ([], 0)
            guard pieces.isEmpty || passage.conveyor.put(pieces) else {
                isOver = true
                throw Unwanted()
            }
        }
    }
}
