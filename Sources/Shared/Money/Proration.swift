/// The refund for an order that was not delivered in full.
package enum Proration {
    /// `charge` − `settled` − ⌈`charge` × `delivered` ÷ `billed`⌉, never below zero (design.md §5).
    ///
    /// `settled` is the sum captured and released so far, from zero to `charge`; `billed` is
    /// positive. `delivered` comes from the provider: outside of 0…`billed` the nearer end counts.
    package static func refund(
        of charge: Amount, settled: Amount, delivered: Int64, of billed: Int64
    ) throws(MoneyError) -> Amount {
        precondition(charge >= .zero && (.zero...charge).contains(settled) && billed > 0)
        let delivered = min(max(delivered, 0), billed)
        let earned = try charge.prorated(delivered, of: billed, rounding: .up)
        return max(.zero, try charge - settled - earned)
    }
}
