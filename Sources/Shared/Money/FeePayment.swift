/// What a fee is taken from, and how much of it a fee may be.
package enum FeePayment: String, Sendable {
    case deposit, withdrawal

    /// Whether a fee may be taken from `amount`. It may use up a deposit, whose money has come in,
    /// but must leave something of a withdrawal to pay out. It never exceeds either.
    package func allows(_ fee: Amount, of amount: Amount) -> Bool {
        switch self {
        case .deposit: fee <= amount
        case .withdrawal: fee < amount
        }
    }
}
