import Glibc
import Synchronization

/// The `Date` field of answers, made once a second.
enum HTTPDate {
    private static let latest = Mutex<(second: time_t, text: String)>((0, ""))

    /// The time now, as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110).
    static var now: String {
        var second = time(nil)
        return latest.withLock { latest in
            if latest.second != second {
                var parts = tm()
                gmtime_r(&second, &parts)
                var text = [CChar](repeating: 0, count: 32)
                // No program sets a locale, so the names are English.
                let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
                let bytes = text.prefix(length).map(UInt8.init(bitPattern:))
                latest = (second, String(decoding: bytes, as: UTF8.self))
            }
            return latest.text
        }
    }
}
