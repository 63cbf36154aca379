// A libFuzzer entry for the bytes that strangers send: `make fuzz` builds it with the sources of
// Money and StrictJSON as one module, since a sanitizer has to see all of them.

/// What became of a document: nothing wrong, or where and what.
private typealias Verdict = JSONError?

/// Small enough that the fuzzer reaches each of them.
private let limits = JSONLimits(depth: 8, tokenBytes: 64, keys: 6, keyBytes: 16)

/// Feeds one input to every way of reading, and traps where they disagree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let verdict = skippedWhole(bytes)
    for window in [1, 7, 64] {
        expect(skipped(bytes, window: window) == verdict, "a window of \(window) bytes disagrees")
    }
    expect(readAndWritten(bytes) == verdict, "reading a value disagrees with skipping it")
    readAsMoney(String(decoding: bytes, as: UTF8.self))
    return 0
}

private func skippedWhole(_ bytes: [UInt8]) -> Verdict {
    verdict {
        var reader = JSONReader(bytes: bytes, limits: limits)
        try reader.skip()
        try reader.end()
    }
}

private func skipped(_ bytes: [UInt8], window: Int) -> Verdict {
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
private func readAndWritten(_ bytes: [UInt8]) -> Verdict {
    verdict {
        let value = try JSONValue(parsing: bytes, limits: limits)
        for pretty in [false, true] {
            var writer = JSONWriter(pretty: pretty)
            write(value, to: &writer)
            // An escape can be longer than what was read: only the limit may stand in the way.
            let again = try? JSONValue(parsing: writer.bytes)
            expect(again == value, "a value changes when it is written and read")
        }
    }
}

private func write(_ value: JSONValue, to writer: inout JSONWriter) {
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
private func readAsMoney(_ text: String) {
    let rounded = try? Rate(roundingUp: text)
    guard let amount = try? Amount(parsing: text) else { return }
    expect((try? Amount(parsing: amount.description)) == amount, "an amount changes when written")
    if text.first != "-" {
        expect(rounded?.micros == amount.micros, "an exact rate was rounded")
    }
}

private func verdict(_ body: () throws -> Void) -> Verdict {
    do {
        try body()
        return nil
    } catch let error as JSONError {
        return error
    } catch {
        fatalError("only a JSONError may come from memory: \(error)")
    }
}

private func expect(_ condition: Bool, _ complaint: String) {
    if !condition { fatalError(complaint) }
}
