/// An open store of tables, with one connection.
package protocol Store: AnyObject, Sendable {
    /// Where it is, for what is said of its failures.
    var path: String { get }

    /// Runs `body` on the connection, which nobody else uses meanwhile.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    @discardableResult
    func inConnection<T>(_ body: (any Connection) throws -> T) throws -> T
}
