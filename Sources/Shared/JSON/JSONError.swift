/// A mistake in a document, and its place.
package struct JSONError: Error, Equatable {
    /// The number of bytes before the place.
    package let offset: Int
    /// Counted from 1; a line ends with a line feed.
    package let line: Int
    /// Counted from 1 in Unicode scalars, as an editor would.
    package let column: Int
    /// The value at the place, such as `orders[17].quantity`; empty for the document's own value.
    package let path: String
    /// The mistake, as a sentence without its full stop.
    package let reason: String
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        let place = "line \(line), column \(column): "
        return place + (path.isEmpty ? reason : "\(path): \(reason)")
    }
}
