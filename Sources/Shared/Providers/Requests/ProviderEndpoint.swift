import Settings
import Trade
import Transport

/// Where a provider's API is, and how this provider speaks it.
package struct ProviderEndpoint: Sendable {
    /// The provider's name in the configuration.
    package let name: String
    package let url: String
    package let encoding: RequestEncoding
    /// Seconds until a connection must stand.
    package let connectTimeout: Int
    /// Seconds until a reply must be here.
    package let totalTimeout: Int
    /// Error texts of this provider's own, besides the trade's.
    package let extraErrors: [ErrorClass: [String]]
    /// Whether each order and request has a connection of its own; nil: as is learned of the
    /// server.
    package var freshConnections: Bool?
    let key: String
    /// The key as it is, as it is sent, and as JSON from PHP writes it; none of them empty.
    let keySpellings: [[UInt8]]

    package init(
        name: String, url: String, key: String, encoding: RequestEncoding = .form,
        connectTimeout: Int, totalTimeout: Int, extraErrors: [ErrorClass: [String]] = [:],
        freshConnections: Bool? = nil
    ) {
        self.name = name
        self.url = url
        self.key = key
        self.encoding = encoding
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.extraErrors = extraErrors
        self.freshConnections = freshConnections
        keySpellings = [
            Array(key.utf8), RequestEncoding.percentEncoded(key),
            key.utf8.flatMap { $0 == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), $0] : [$0] },
        ].filter { !$0.isEmpty }
    }

    /// The endpoint of a configured provider, whose key was revealed.
    package init(_ settings: ProviderSettings, key: String) {
        self.init(
            name: settings.name, url: settings.url, key: key,
            encoding: settings.encoding == .json ? .json : .form,
            connectTimeout: settings.connectSeconds, totalTimeout: settings.totalSeconds,
            extraErrors: settings.errors, freshConnections: settings.freshConnections)
    }

    /// Which connections may carry what must not be sent twice.
    private var connections: Connections {
        switch freshConnections {
        case nil: .learned
        case true: .fresh
        case false: .used
        }
    }

    /// The call that performs `action`.
    ///
    /// - Parameter seconds: how long its reply is waited for, if that is less than usual.
    package func call(_ action: Action, within seconds: Int = .max) -> Call {
        let fields = [("key", key), ("action", action.name)] + action.fields
        return Call(
            url: url, contentType: encoding.contentType, body: encoding.body(of: fields),
            connectTimeout: connectTimeout, totalTimeout: min(totalTimeout, seconds),
            replyLimit: action.replyLimit,
            connections: action.isQuestion ? .any : connections)
    }
}

// The key stays out of logs, also where somebody prints the endpoint whole.
extension ProviderEndpoint: CustomStringConvertible, CustomReflectable {
    package var description: String { name }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
