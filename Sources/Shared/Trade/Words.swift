extension String {
    /// This word in lower case, without what providers put between words: `IN_PROGRESS`,
    /// `In progress` and `Inprogress` are one word.
    package var folded: String {
        guard utf8.allSatisfy({ $0 < 0x80 }) else {
            return String(lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" })
        }
        // The same without Unicode's tables, because such words come with every order.
        return String(unsafeUninitializedCapacity: utf8.count) { folded in
            var count = 0
            for byte in utf8 {
                switch byte {
                case UInt8(ascii: " "), UInt8(ascii: "_"), UInt8(ascii: "-"): continue
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): folded[count] = byte | 0x20
                default: folded[count] = byte
                }
                count += 1
            }
            return count
        }
    }
}
