import Settings
import Trade
import Transport

/// Where a provider's API is, and how this provider speaks it.
package struct ProviderEndpoint: Sendable {
    /// The provider's name in the configuration.
    package let name: String
    package let url: String
    package let encoding: RequestEncoding
    /// Seconds until a connection must be established.
    package let connectTimeout: Int
    /// Seconds until a reply must be here.
    package let totalTimeout: Int
    /// This provider's own error texts, besides the trade's.
    package let extraErrors: [ErrorClass: [String]]
    /// Whether each order and request has a connection of its own; nil: as the server's behaviour
    /// shows.
    package var freshConnections: Bool?
    let key: String
    /// The key as it is, as it is sent, and as PHP writes it in JSON; none of them empty.
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

    /// The endpoint of a configured provider.
    package init(_ settings: ProviderSettings, key: String) {
        self.init(
            name: settings.name, url: settings.url, key: key,
            encoding: settings.encoding == .json ? .json : .form,
            connectTimeout: settings.connectSeconds, totalTimeout: settings.totalSeconds,
            extraErrors: settings.errors, freshConnections: settings.freshConnections)
    }

    /// Which connections may carry calls that must not be sent twice.
    private var connections: Connections {
        switch freshConnections {
        case nil: .learned
        case true: .fresh
        case false: .used
        }
    }

    /// The call that performs `action`.
    ///
    /// - Parameters:
    ///   - action: what to ask for.
    ///   - seconds: how long to wait for the reply, if that is less than usual.
    /// - Returns: the call, ready to be sent.
    package func call(_ action: Action, within seconds: Int = .max) -> Call {
        let fields = [("key", key), ("action", action.action.rawValue)] + action.fields
        return Call(
            url: url, contentType: encoding.contentType, body: encoding.body(of: fields),
            connectTimeout: connectTimeout, totalTimeout: min(totalTimeout, seconds),
            replyLimit: action.replyLimit,
            connections: action.isQuestion ? .any : connections)
    }
}

// Keeps the key out of logs, even if somebody prints the whole endpoint.
extension ProviderEndpoint: CustomStringConvertible, CustomReflectable {
    package var description: String { name }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
