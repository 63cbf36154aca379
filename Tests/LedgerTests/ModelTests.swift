import TestSupport
import Testing

@testable import Ledger

/// A few thousand random facts, told to the ledger and to a model of a few lines that knows nothing
/// of wallets, transactions or SQL. After each hundred the balances agree and the books are sound.
@Suite struct ModelTests {
    @Test(arguments: [4_000])
    func `whatever happens in whatever order, no millionth is lost`(steps: Int) throws {
        var run = try ModelRun()
        print("seed \(run.random.seed)")
        for step in 1...steps {
            try run.step()
            if step % 100 == 0 { try run.compare(after: step) }
        }
        #expect(run.told.count == ModelRun.Fact.allCases.count, "\(run.told)")
    }
}
