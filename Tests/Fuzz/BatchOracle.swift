import BatchFiles
import FaultRigs
import Glibc
import Money
import Receipting
import Settings
import TestHouse
import TestSupport
import Timestamps
import Trade

@testable import IngestStage
@testable import Ledger
@testable import Spool

/// Judges files in a house that takes each as if it were the only one: its commit is undone once
/// the receipt and the books were looked at.
final class BatchOracle {
    private let house: House
    /// Where every receipt is written: a file of the house.
    private let paper: Int32

    /// 2026-11-23T10:00:00Z.
    private static let now = Timestamp(milliseconds: 1_795_428_000_000)

    /// Why a commit is undone.
    private struct Undone: Error {}

    init() throws {
        house = try House(
            empty: [Supplier(url: "https://alpha.example/api/v2")],
            also: """
                exchange_rates: {EUR: "1.08"}
                fees: {withdrawal: {percent: "1", fixed: "0.25"}}
                """, inMemory: true)
        paper = open("\(house.folder.path)/receipt", O_RDWR | O_CREAT, 0o600)
        precondition(paper >= 0, "there is no paper for receipts")
        try fill()
    }

    private var settings: Settings { house.settings }
    private var ledger: Ledger { house.ledger }

    /// Has two users with money, a service of each type, and orders in all states.
    private func fill() throws {
        let alpha = try house.id(of: "alpha")
        _ = try ledger.takeOver(
            OrderType.all.enumerated().map { index, type in
                .sample("\(BatchMaker.firstService + index)", type: type.name)
            }, of: alpha, at: Self.now)
        try keep(
            """
            d{"users": [{"user": "acme"}, {"user": "zenith", "credit_limit": 5}], "deposits":
            [{"user": "acme", "method": "bank", "reference": "1", "amount": 900},
             {"user": "zenith", "method": "bank", "reference": "2", "amount": 900}]}
            """)
        let orders = (1...16).map { number in
            #"{"ref": "O-\#(number)", "service": \#(BatchMaker.firstService), "quantity": 1000, "#
                + #""link": "l\#(number)"}"#
        }
        try keep(#"r{"batch": "first", "orders": [\#(orders.joined(separator: ","))]}"#)
        let sent = try ledger.advance(
            recording: [], claiming: [Claim(provider: alpha, count: 12)], waitingForLinks: false,
            at: Self.now
        ).intents.map(\.order)
        let outcomes: [SendOutcome] = sent.enumerated().map { index, order in
            switch index % 4 {
            case 0: SendOutcome(order: order, .unknown(evidence: "lost"))
            case 1: SendOutcome(order: order, .refused(evidence: "no"))
            default:
                SendOutcome(order: order, .placed(providerOrder: "P\(order)", followAt: Self.now))
            }
        }
        _ = try ledger.advance(
            recording: outcomes, claiming: [], waitingForLinks: false, at: Self.now)
        let ended = sent.enumerated().filter { $0.offset % 4 == 3 }.map { _, order in
            var news = StatusNews(order: order, askAgain: Self.now)
            news.settlement = .completed
            return news
        }
        _ = try ledger.record(ended, at: Self.now)
    }

    private func keep(_ input: String) throws {
        let receipt = try ledger.intake(at: Self.now) {
            try seen(of: Array(input.utf8), digest: "0", in: $0)
        }
        precondition(receipt.complaints.isEmpty && receipt.rejected == 0, "\(receipt)")
    }
}

extension BatchOracle {
    /// Takes one file, and undoes it.
    func complaint(about input: [UInt8]) throws -> String? {
        var complaints: [String] = []
        do {
            try ledger.intake(at: Self.now) { intake in
                complaints = try seen(of: input, digest: "f", in: intake).complaints
                complaints += try ledger.audit(intake.db).map { "\($0.rule): \($0.violations)" }
                throw Undone()
            }
        } catch is Undone {}
        return complaints.isEmpty ? nil : complaints.joined(separator: "; ")
    }

    /// The effect of one file, and what its receipt says.
    ///
    /// `digest`: a digit that makes up its digest; by that a file is known.
    private func seen(
        of input: [UInt8], digest: Character, in intake: Intake
    ) throws -> ReceiptOracle {
        let dropper: Dropper = input.first == UInt8(ascii: "d") ? .desk : .reseller("acme")
        let content = Array(input.dropFirst())
        let file = CopiedFile(
            dropper: dropper, name: FileName("a.json"),
            digest: String(repeating: digest, count: 64),
            bytes: Int64(content.count), path: "\(house.folder.path)/a.json", content: content,
            origin: .orphan)
        var lines = 0
        let kept = try FileEffect(file, at: 0, nil, settings, receivedAt: Self.now)
            .take(in: intake, nil, &lines)
        guard case .row(let row) = kept else { fatalError("a user's file was not kept") }
        try intake.postings.writeBalances()
        return ReceiptOracle(try receipt(of: row, for: dropper, in: intake))
    }

    private func receipt(
        of file: FileID, for dropper: Dropper, in intake: Intake
    ) throws -> [UInt8] {
        let receipts = Receipts(db: intake.db)
        let writer = PieceWriter(descriptor: paper, path: "receipt")
        ftruncate(paper, 0)
        lseek(paper, 0, SEEK_SET)
        try ReceiptWriter(currency: settings.currency)
            .write(receipts.report(of: file), FileForm(dropper), receipts) {
                try writer.write($0)
            }
        var bytes = [UInt8](repeating: 0, count: Int(lseek(paper, 0, SEEK_CUR)))
        let count = pread(paper, &bytes, bytes.count, 0)
        precondition(count == bytes.count, "a receipt cannot be read")
        return bytes
    }
}
