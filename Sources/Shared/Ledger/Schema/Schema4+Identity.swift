/// One identity for what people type: methods, references, refs, batches and links.
extension Schema4 {
    static let identity = ""
}
