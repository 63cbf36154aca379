import BatchFiles
import Testing

@testable import Ledger

@Suite struct CommitTests {
    private struct Interrupted: Error {}

    @Test func `a commit that fails after a file's whole effect leaves nothing of it`()
        throws
    {
        let books = try Books()
        try books.add(acme, funds: "10")
        let files: Int = try books.value("SELECT count(*) FROM files")
        #expect(throws: Interrupted.self) {
            try books.ledger.intake(at: books.now) { intake in
                let draft = try intake.openBatch(books.arrival(acme), batch: "B-1")
                try draft.accept(books.newOrder("A-1"), ResellerLine(.orders, 1, ref: "A-1"))
                _ = try draft.close()
                throw Interrupted()
            }
        }
        #expect(try books.value("SELECT count(*) FROM files") == files)
        #expect(try books.value("SELECT count(*) FROM orders") == 0)
        #expect(try books.balance() == amount("10"))
        try books.expectSound()
    }
}
