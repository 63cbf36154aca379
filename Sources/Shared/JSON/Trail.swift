/// The arrays and objects that are open, outermost first, with the keys each object has had.
///
/// It knows the path of the current value, and whether a key comes a second time.
struct Trail {
    private struct Level {
        let isObject: Bool
        /// Where this level's keys begin in `keys`.
        let firstKey: Int
        /// How many elements or keys have begun.
        var count = 0
        /// Whether the reader is at one of them, and not before, between or behind them.
        var isInside = false
    }

    /// A key's bytes in `text`, and a number that tells nearly all keys apart.
    private struct Key {
        let fingerprint: UInt64
        let range: Range<Int>
    }

    private var levels: [Level] = []
    /// The keys of all open objects, and their text, unescaped.
    private var keys: [Key] = []
    private var text: [UInt8] = []

    var depth: Int { levels.count }
    var isInObject: Bool { levels.last?.isObject == true }
    var isInArray: Bool { levels.last?.isObject == false }
    /// How many keys or elements of the innermost level have begun.
    var count: Int { levels[levels.count - 1].count }

    mutating func open(isObject: Bool) {
        levels.append(Level(isObject: isObject, firstKey: keys.count))
    }

    mutating func close() {
        let level = levels.removeLast()
        guard level.firstKey < keys.count else { return }
        text.removeSubrange(keys[level.firstKey].range.lowerBound...)
        keys.removeSubrange(level.firstKey...)
    }

    /// Leaves the current element or key, on the way to the next.
    mutating func leave() {
        levels[levels.count - 1].isInside = false
    }

    mutating func enterElement() {
        levels[levels.count - 1].count += 1
        levels[levels.count - 1].isInside = true
    }

    /// Enters a key, unescaped, and says whether it is this object's first of that name.
    mutating func enter(key: UnsafeBufferPointer<UInt8>) -> Bool {
        enterElement()
        let fingerprint = Self.fingerprint(of: key)
        let isNew = !keys[levels[levels.count - 1].firstKey...].contains { known in
            known.fingerprint == fingerprint && text[known.range].elementsEqual(key)
        }
        let range = text.count..<(text.count + key.count)
        keys.append(Key(fingerprint: fingerprint, range: range))
        text.append(contentsOf: key)
        return isNew
    }

    /// The key entered last in the innermost object.
    var key: String { keys.last.map { String(decoding: text[$0.range], as: UTF8.self) } ?? "" }

    /// The key's FNV-1a hash.
    private static func fingerprint(of key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        key.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
    }
}

extension Trail {
    /// The path of the current value: `orders[17].quantity`, and empty at the top.
    var path: String {
        var path = ""
        for (index, level) in levels.enumerated() where level.isInside {
            if !level.isObject {
                path += "[\(level.count - 1)]"
                continue
            }
            let end = index + 1 < levels.count ? levels[index + 1].firstKey : keys.count
            let key = String(decoding: text[keys[end - 1].range], as: UTF8.self)
            path += Self.isPlain(key) ? (path.isEmpty ? key : ".\(key)") : "[\(Self.quoted(key))]"
        }
        return path
    }

    /// Whether a key reads well behind a dot.
    private static func isPlain(_ key: String) -> Bool {
        !key.isEmpty
            && key.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func quoted(_ key: String) -> String {
        var writer = JSONWriter()
        writer.string(key)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
