import Money
import StrictJSON

/// Knows when the readers of JSON and of money contradict themselves.
package enum ReaderOracle {
    /// What became of a document: nothing wrong, or where and what.
    private typealias Verdict = JSONError?

    /// Small enough that a fuzzer reaches each of them.
    private static let limits = JSONLimits(depth: 8, tokenBytes: 64, keys: 6, keyBytes: 16)

    /// Feeds one input to every way of reading; where they disagree, how.
    package static func complaint(about bytes: [UInt8]) -> String? {
        let verdict = skippedWhole(bytes)
        for window in [1, 7, 64] where skipped(bytes, window: window) != verdict {
            return "a window of \(window) bytes disagrees"
        }
        var complaint: String?
        if readAndWritten(bytes, &complaint) != verdict {
            return "reading a value disagrees with skipping it"
        }
        return complaint ?? money(String(decoding: bytes, as: UTF8.self))
    }

    private static func skippedWhole(_ bytes: [UInt8]) -> Verdict {
        verdict {
            var reader = JSONReader(bytes: bytes, limits: limits)
            try reader.skip()
            try reader.end()
        }
    }

    private static func skipped(_ bytes: [UInt8], window: Int) -> Verdict {
        verdict {
            var rest = bytes[...]
            var reader = JSONReader(limits: limits, windowBytes: window) { memory in
                let next = rest.prefix(memory.count)
                memory.copyBytes(from: next)
                rest = rest.dropFirst(next.count)
                return next.count
            }
            try reader.skip()
            try reader.end()
        }
    }

    /// Reads a value, and checks that it survives being written and read again.
    private static func readAndWritten(_ bytes: [UInt8], _ complaint: inout String?) -> Verdict {
        verdict {
            let value = try JSONValue(parsing: bytes, limits: limits)
            for pretty in [false, true] {
                var writer = JSONWriter(pretty: pretty)
                write(value, to: &writer)
                // An escape can be longer than what was read: only the limit may stand in the way.
                if (try? JSONValue(parsing: writer.bytes)) != value {
                    complaint = "a value changes when it is written and read"
                }
            }
        }
    }

    private static func write(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let number): writer.rawNumber(number.text)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { write(element, to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.key)
                write(member.value, to: &writer)
            }
            writer.endObject()
        }
    }

    /// What is exact must be the same rounded up, and must be written as it is read.
    private static func money(_ text: String) -> String? {
        let rounded = try? Rate(roundingUp: text)
        guard let amount = try? Amount(parsing: text) else { return nil }
        if (try? Amount(parsing: amount.description)) != amount {
            return "an amount changes when written"
        }
        let isRounded = text.first != "-" && rounded?.micros != amount.micros
        return isRounded ? "an exact rate was rounded" : nil
    }

    private static func verdict(_ body: () throws -> Void) -> Verdict {
        do {
            try body()
            return nil
        } catch let error as JSONError {
            return error
        } catch {
            fatalError("only a JSONError may come from memory: \(error)")
        }
    }

    package static let samples = [
        #"{"batch": "1", "orders": [{"ref": "A-1", "quantity": 1000, "max_rate": "1.25"}]}"#,
        #"[[[1, -2.5e10, true, false, null], "\u00e9\ud83d\ude00\n"], {"a": {"b": []}}]"#,
        "0.000001", "-922337203685.477580", "12.50",
    ]

    package static let words = [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "\\\\", "null", "true", "-0",
        "1e999", "0.0000001", "9223372036854775808", "-", "[[[[[[[[[[", "\"\":", "\u{202E}",
        "\u{2028}",
    ]
}
