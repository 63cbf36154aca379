import StrictJSON

/// Reads the numbers of orders back from a receipt that `ReceiptWriter` wrote.
package enum ReceiptNumbers {
    /// Reads a receipt, and calls `body` with each line that became an order.
    ///
    /// - Parameters:
    ///   - fill: fills the memory that it is given, and says how many bytes came; 0 at the end.
    ///   - body: takes the line's number in its array, and that of its order.
    /// - Throws: `JSONError` for what is no receipt; what `fill` throws.
    package static func read(
        _ fill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int,
        _ body: (_ line: Int64, _ order: Int64) -> Void
    ) throws {
        var reader = JSONReader { try fill($0) }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard key == "orders" else {
                try reader.skip()
                continue
            }
            try reader.beginArray()
            while try reader.nextElement() {
                let (line, order) = try orderLine(&reader)
                if let line, let order { body(line, order) }
            }
        }
        try reader.end()
    }

    /// The line and its order; nil where the line made none.
    private static func orderLine(
        _ reader: inout JSONReader
    ) throws -> (line: Int64?, order: Int64?) {
        var (line, order): (Int64?, Int64?)
        var isAccepted = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "line": line = try reader.number().integer
            case "order": order = try reader.number().integer
            case "status": isAccepted = try reader.string() == "accepted"
            default: try reader.skip()
            }
        }
        return (line, isAccepted ? order : nil)
    }
}
