import BatchFiles

extension Section {
    /// The named desks, each with the arrays that it may bring (contract.md §2).
    func desks() -> [String: Set<LineKind>] {
        var desks: [String: Set<LineKind>] = [:]
        for pair in pairs {
            guard let cursor = cursor(pair.name) else { continue }
            let arrays = cursor.list { $0.read(.deskArray) }
            if arrays?.isEmpty == true {
                cursor.refuse("at least one array", found: "an empty list")
            }
            guard UserNameRule.allows(pair.name) else {
                let name = Node(mark: pair.mark, content: .scalar(pair.name, isPlain: true))
                Cursor(node: name, path: "a name in desks", source: source)
                    .refuse(UserNameRule.words)
                continue
            }
            desks[pair.name] = Set(arrays ?? [])
        }
        return desks
    }
}

extension ValueForm<LineKind> {
    /// An array of a desk file, by its key.
    fileprivate static var deskArray: ValueForm {
        let names = FileForm.desk.kinds.map(\.rawValue).joined(separator: ", ")
        return ValueForm(wanted: "one of \(names)") { node in
            node.text.flatMap(LineKind.init).flatMap {
                FileForm.desk.kinds.contains($0) ? $0 : nil
            }
        }
    }
}
