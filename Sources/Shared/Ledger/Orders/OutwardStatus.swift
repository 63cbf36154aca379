import Trade

extension OrderState {
    /// The order's status as resellers read it. A provider's word counts only while the provider
    /// has the order, and its word for an end only once the money has followed.
    ///
    /// `lastWord`: the provider's last word about the order, if there was one.
    package func status(lastWord: String?) -> OrderStatus {
        switch self {
        case .accepted, .sending, .inDoubt: .pending
        case .placed: lastWord.map { OrderStatus(word: $0).unsettled } ?? .pending
        case .completed: .completed
        case .partial: .partial
        case .canceled, .refused: .canceled
        }
    }
}
