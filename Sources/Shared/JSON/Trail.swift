/// The open arrays and objects, outermost first, with the keys that each object has had so far.
///
/// It knows the path of the current value, and recognizes duplicate keys.
struct Trail {
    private struct Level {
        let isObject: Bool
        /// Where this level's keys begin in `keys`.
        let firstKey: Int
        /// How many elements or keys have begun.
        var count = 0
        /// Whether the reader is at one of them, and not before, between or after them.
        var isInside = false
    }

    /// The place of a key's bytes in `text`, and a hash that differs for nearly all keys.
    private struct Key {
        let fingerprint: UInt64
        let range: Range<Int>
    }

    private var levels: [Level] = []
    /// The keys of all open objects; their unescaped text is in `text`.
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

    /// Enters an unescaped key; false if the object has it already.
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

    /// The key that was entered last in the innermost object.
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

    /// Whether a key is readable after a dot.
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
