/// An order carries its sale: what the service was when it was sold.
extension Schema4 {
    static let sale = ""
}
