import BatchFiles
import Identity
import Money
import Tables

/// The effect of a reseller's batch before its commit: orders, requests about orders, and money.
package final class ResellerDraft: FileDraft {
    /// The reseller who dropped the batch.
    let user: UserID
    /// The reseller's terms when the file was opened: its orders come before everything else.
    let terms: UserTerms
    /// Whether the key of any of the user's refs, including this file's, differs from its spelling.
    private(set) var hasSpellings: Bool
    /// Orders that are accepted, but not written yet (`writeOrders`).
    var unwritten = UnwrittenOrders()
    /// The statements of the loop over the orders.
    let earlierOrder: any Statement
    let insertOrder: any Statement

    init(
        _ intake: Intake, _ arrival: Arrival, of user: UserID, on terms: UserTerms, batch: String
    ) throws {
        self.user = user
        self.terms = terms
        hasSpellings = terms.hasSpellings
        earlierOrder = try intake.db.statement(Self.earlierOrder)
        insertOrder = try intake.db.statement(Self.insertion)
        try super.init(intake, arrival, batch: batch)
    }

    /// Records a rejected line.
    package func reject(_ line: ResellerLine, _ rejection: Rejection) throws {
        if keepsRejections { try writeOrders() }
        try record(.rejected(rejection), of: line)
    }

    /// Makes the orders of this batch wait for earlier ones of their links, whatever the settings
    /// say.
    package func waitForLinks() throws {
        try db.run("UPDATE files SET waits_for_links = 1 WHERE id = \(file)")
    }

    func record(_ outcome: LineOutcome, of line: ResellerLine) throws {
        try record(outcome, of: line.line, ref: line.ref)
    }

    package override func whole(_ act: () throws -> Void) throws {
        try writeOrders()
        try super.whole(act)
    }

    package override func close(reason: RejectionCode? = nil) throws -> FileID {
        try writeOrders()
        return try super.close(reason: reason)
    }
}

extension ResellerDraft {
    /// The spelling under which the user first used a reference; a new one is returned as it is.
    func asFirstWritten(_ ref: String) throws -> String {
        try asFirstWritten(Spelling(ofName: ref))
    }

    func asFirstWritten(_ ref: Spelling) throws -> String {
        try References.asFirstWritten(db, user, ref, hasSpellings: hasSpellings)
    }

    /// Notes the spelling of a reference that is now in use.
    func noteSpelling(ofRef ref: Spelling) throws {
        guard !ref.isKey else { return }
        try Identities.note(db, .ref, ref, of: user.rawValue)
        intake.forgetTerms()
        hasSpellings = true
    }
}

/// The terms on which one user buys: what is on sale, and the user's own discount and prices.
package struct TermsOfSale {
    private let intake: Intake
    private let user: UserID
    /// The user's discount on the sale rate.
    package let discount: Percent

    fileprivate init(_ draft: ResellerDraft) {
        intake = draft.intake
        user = draft.user
        discount = draft.terms.discount
    }

    /// A service that is or was on sale; nil if no service has that id.
    package func service(_ id: ServiceID) throws -> Service? {
        try intake.service(id)
    }

    /// The user's own price for a service; nil if the user has none.
    package func ownPrice(of service: ServiceID) throws -> Rate? {
        try intake.price(of: service, for: user)
    }
}

extension ResellerDraft {
    package var termsOfSale: TermsOfSale { TermsOfSale(self) }
}
