/// The ids that providers give: ASCII letters and digits, `-`, `_` and `.` (provider-api.md §7,
/// quirk 1).
package enum ProviderIdentifier {
    /// Whether a byte may stand in an id. A comma may not: it would split the id in two where
    /// several are asked about at once.
    package static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
