extension Rig {
    /// Every rig, in the order of the table.
    package static let all = intake + doors + sending + books
}
