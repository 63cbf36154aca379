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
        try intake.restoreGuards()
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

/// The terms on which one user buys one service.
package struct ServiceTerms: Sendable {
    /// The service, which is or was on sale; nil if none has the id.
    package let service: Service?
    /// The user's discount on the sale rate.
    package let discount: Percent
    /// The user's own price; nil if the user has none.
    package let ownPrice: Rate?
}

extension Intake {
    /// The terms on which a user buys a service; nil if there is no such user.
    ///
    /// - Throws: `StoreError`.
    package func terms(of service: ServiceID, for user: UserID) throws -> ServiceTerms? {
        guard let terms = try terms(of: user) else { return nil }
        let found = try self.service(service)
        return ServiceTerms(
            service: found, discount: terms.discount,
            ownPrice: found == nil ? nil : try price(of: service, for: user))
    }
}

extension ResellerDraft {
    /// The terms on which the reseller buys a service.
    ///
    /// - Throws: `StoreError`.
    package func terms(of service: ServiceID) throws -> ServiceTerms {
        guard let terms = try intake.terms(of: service, for: user) else {
            preconditionFailure("\(user) was there when the file was opened")
        }
        return terms
    }
}
