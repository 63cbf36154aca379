#!/usr/bin/env bash
# With the comma as decimal mark, ledger and hledger silently read 1.080000 as a million.
#
# ledger 3.3.0 and hledger 1.25 (Debian 12). The journal writes amounts with a point. ledger with
# --decimal-comma, which many users have in ~/.ledgerrc, takes the point for a thousands separator,
# though six digits follow it. hledger does the same after the reader's own `decimal-mark ,`, and
# then shows the million as 1.080000, grouped by six, so that only a comparison reveals it. A
# `decimal-mark .` at the head of the journal corrects hledger. ledger ignores that line, and its
# option wins.
. "$(dirname "$0")/packages.bash"
debian ledger=3.3.0-3 hledger=1.25-2+b5

cat >plain.journal <<'END'
2026-11-27 sale
    assets:held        1.080000 USD
    income:sales      -1.080000 USD
END
{ echo 'decimal-mark ,' && cat plain.journal; } >comma.journal
{ echo 'decimal-mark .' && cat plain.journal; } >point.journal

amount() { "$@" balance assets | sed -n 's/ *\([^ ]* USD\).*/\1/p' | head -n 1; }
{
    echo "ledger:                             $(amount ledger --args-only -f plain.journal)"
    echo "ledger --decimal-comma:             $(amount ledger --args-only --decimal-comma -f plain.journal)"
    echo "the same, decimal-mark . at head:   $(amount ledger --args-only --decimal-comma -f point.journal)"
    echo "hledger:                            $(amount hledger -f plain.journal)"
    echo "hledger, decimal-mark , at head:    $(amount hledger -f comma.journal)"
    echo "the same, is it more than 1000?     $(hledger -f comma.journal register assets 'amt:>1000' | grep -c USD) posting"
} >seen
expect seen <<'END'
ledger:                             1.080000 USD
ledger --decimal-comma:             1.080.000 USD
the same, decimal-mark . at head:   1.080.000 USD
hledger:                            1.080000 USD
hledger, decimal-mark , at head:    1.080000 USD
the same, is it more than 1000?     1 posting
END
