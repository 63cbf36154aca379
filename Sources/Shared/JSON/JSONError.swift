/// What is wrong with a document, and where.
package struct JSONError: Error, Equatable {
    /// How many bytes of the document come before the place.
    package let offset: Int
    /// Counted from 1; a line ends with a line feed.
    package let line: Int
    /// Counted from 1 in Unicode scalars, as an editor would.
    package let column: Int
    /// The value at the place, such as `orders[17].quantity`; empty for the document's own value.
    package let path: String
    /// What is wrong, as a sentence without its full stop.
    package let reason: String
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        let place = "line \(line), column \(column): "
        return place + (path.isEmpty ? reason : "\(path): \(reason)")
    }
}
