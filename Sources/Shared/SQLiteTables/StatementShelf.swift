/// The prepared statements of a connection that were asked for last, for the loops that ask for the
/// same few once an order. GRDB's cache hashes the whole text each time, which costs more than some
/// of the statements.
///
/// A statement has its place by the address of its text, which is the same for each use of one
/// constant. Two texts may have one place, and a text may get the address of another, so the texts
/// are compared; that is short where they are one.
///
/// Unchecked, because it belongs to a connection, which is used by one access at a time.
final class StatementShelf: @unchecked Sendable {
    private var places = [PreparedStatement?](repeating: nil, count: 128)

    /// The statement of a text, ready to be bound; nil if it is not here.
    func statement(_ text: String) -> PreparedStatement? {
        guard let place = place(of: text), let known = places[place], known.text == text else {
            return nil
        }
        known.renew()
        return known
    }

    /// Keeps a statement in the place of its text.
    func keep(_ statement: PreparedStatement) {
        if let place = place(of: statement.text) { places[place] = statement }
    }

    /// Forgets all statements: before the schema may change, and before the connection is closed.
    func clear() {
        places = Array(repeating: nil, count: places.count)
    }

    /// Nil for a text so short that it has no address.
    private func place(of text: String) -> Int? {
        guard text.utf8.count > 15 else { return nil }
        return text.utf8.withContiguousStorageIfAvailable { bytes in
            Int(bitPattern: bytes.baseAddress) >> 4 % places.count
        }
    }
}
