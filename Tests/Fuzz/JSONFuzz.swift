// A libFuzzer entry for the bytes that strangers send: `make fuzz` builds it with the sources of
// Money, StrictJSON and the oracle as one module, since a sanitizer has to see all of them.

/// Feeds one input to every way of reading, and traps where they disagree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    if let complaint = ReaderOracle.complaint(about: bytes) { fatalError(complaint) }
    return 0
}
