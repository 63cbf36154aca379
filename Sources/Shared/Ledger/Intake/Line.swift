import BatchFiles

/// Where a line stands in its file: the array, and its place there from 1.
package struct Line: Sendable {
    package let kind: LineKind
    package let number: Int

    package init(_ kind: LineKind, _ number: Int) {
        self.kind = kind
        self.number = number
    }
}

/// A line of a reseller's batch. Its reference is the reseller's own, or one made from the batch.
package struct ResellerLine: Sendable {
    package let line: Line
    package let ref: String

    package var kind: LineKind { line.kind }
    package var number: Int { line.number }

    package init(_ kind: LineKind, _ number: Int, ref: String) {
        line = Line(kind, number)
        self.ref = ref
    }
}
