import Money

/// The name of a transaction. It says what the transaction is for, and is unique for ever.
///
/// The ledger holds at most one transaction of each reference, so posting the same movement twice
/// fails instead of moving money twice.
struct PostingReference {
    let type: TransactionType
    /// As `transactions.reference` has it.
    let text: String

    private init(_ type: TransactionType, _ rest: String) {
        self.type = type
        text = "\(type.rawValue):\(rest)"
    }
}

/// Every kind of movement of money. The books hold these texts, so none of them ever changes.
extension PostingReference {
    static func hold(_ order: OrderID) -> Self { Self(.hold, "\(order)") }
    static func capture(_ order: OrderID) -> Self { Self(.capture, "\(order)") }
    static func release(_ order: OrderID) -> Self { Self(.release, "\(order)") }

    static func providerCharge(_ order: OrderID) -> Self { Self(.providerCharge, "\(order)") }
    /// The additional charge of the provider by the end of the order.
    static func chargeAtEnd(_ order: OrderID) -> Self { Self(.providerCharge, "\(order):end") }
    /// The provider's refund by the end of the order.
    static func providerRefund(_ order: OrderID) -> Self { Self(.providerRefund, "\(order)") }
    /// `reference`: the desk's, or a name made from the batch and the line.
    static func providerTopup(_ provider: String, _ reference: String) -> Self {
        Self(.providerTopup, "\(provider):\(reference)")
    }

    static func deposit(_ id: Int64) -> Self { Self(.deposit, "\(id)") }
    static func withdrawalHold(_ id: Int64) -> Self { Self(.withdrawalHold, "\(id)") }
    static func withdrawal(_ id: Int64) -> Self { Self(.withdrawal, "\(id)") }
    static func withdrawalRelease(_ id: Int64) -> Self { Self(.withdrawalRelease, "\(id)") }
    static func fee(on payment: FeePayment, _ id: Int64) -> Self {
        Self(.fee, "\(payment.rawValue):\(id)")
    }

    static func refund(in file: FileID, line: Int) -> Self { Self(.refund, "\(file):\(line)") }
    static func adjustment(in file: FileID, line: Int) -> Self {
        Self(.adjustment, "\(file):\(line)")
    }
}

extension PostingReference {
    /// SQL for the reference of a type about the row whose id the SQL text `id` gives.
    static func sql(_ type: TransactionType, of id: String) -> String {
        "'\(type.rawValue):' || \(id)"
    }

    /// SQL for the reference of a fee on the payment whose id the SQL text `id` gives.
    static func sql(feeOn payment: FeePayment, of id: String) -> String {
        "'\(TransactionType.fee.rawValue):\(payment.rawValue):' || \(id)"
    }
}
