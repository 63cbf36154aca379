import Tables

@testable import Ledger

// How tests look at tables, and falsify them: in SQL of their own.

extension Connection {
    func texts(_ sql: String) throws -> [String] { try values("\(raw: sql)") }

    func text(_ sql: String) throws -> String { try one("\(raw: sql)") }

    func numbers(_ sql: String) throws -> [Int] { try values("\(raw: sql)") }

    func number(_ sql: String) throws -> Int { try one("\(raw: sql)") }
}

extension Store {
    /// Runs statements that have no parameters.
    func script(_ sql: String) throws {
        try inConnection { try $0.script(sql) }
    }
}
