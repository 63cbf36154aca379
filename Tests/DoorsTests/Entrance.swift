import BatchFiles
import Doors
import Ledger
import Spool
import Stage
import TestHouse
import TestSupport

/// The doors of a house whose user is acme.
struct Entrance {
    let house: House
    let stage: Stage
    let doors: Doors

    /// - Parameters:
    ///   - startsIngest: whether the built `ingest` is started for calls that wait.
    ///   - patience: how long a single line waits.
    /// - Throws: what opening a house throws.
    init(startsIngest: Bool = true, patience: Duration = .seconds(TestSupport.patience)) throws {
        house = try House(
            [Supplier(url: "https://alpha.example/api/v2")],
            also: "intake: {settle_seconds: 0, min_free_bytes: 0}\n")
        stage = try Stage.openToRead(house.context("upload"))
        let ingest = ["--config", house.configuration, "--quiet"]
        doors = try Doors(
            stage, startingIngest: startsIngest ? ingest : nil, patience: patience)
    }

    /// Drops a file of acme's.
    func drop(_ text: String, as name: String) async throws -> DropOutcome {
        let file = try doors.receive()
        try file.write(Array(text.utf8))
        return try await doors.drop(file.finish(), as: name, of: .reseller("acme"))
    }

    /// Drops a new file of acme's.
    func dropNew(_ text: String, as name: String) async throws -> DroppedFile {
        guard case .new(let file) = try await drop(text, as: name) else {
            throw WorldFailure("\(name) is not new")
        }
        return file
    }

    /// The names in a directory of the spool.
    func entries(_ directory: String) -> [String] { names(in: "\(house.spool)/\(directory)") }

    /// A batch with an order for 1000 units at 2.00.
    static func batch(_ name: String, link: String = "https://example.com/a") -> String {
        """
        {"batch": "\(name)", "orders": [{"service": 101, "link": "\(link)", "quantity": 1000}]}
        """
    }

    /// The line of an order for 1000 units.
    static func line(_ link: String, service: Int = 101) -> GatheredLine {
        GatheredLine(
            .orders,
            object: Array(
                """
                {"service":\(service),"link":"\(link)","quantity":1000}
                """.utf8))
    }
}

extension DropOutcome {
    /// In a word.
    var word: String {
        switch self {
        case .new: "new"
        case .same: "same"
        case .other: "other"
        }
    }
}
