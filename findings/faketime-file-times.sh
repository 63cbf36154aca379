#!/usr/bin/env bash
# libfaketime fakes the clock but not file times, so new files look as old as the clock is fast.
#
# libfaketime 0.9.10 (Debian 12, glibc 2.36). Its manual says that it fakes file times too, unless
# NO_FAKE_STAT is set. It intercepts the names that stat(2) had before glibc 2.33. Programs built
# since then call other names, so no program of Debian 12 sees a faked file time: not coreutils
# (statx), not Python (stat). But utimes with "now" writes the faked time to the disk. So with a
# clock ten years fast, a file written at this moment looks ten years old, and the same file,
# touched, lies ten years in the future for every other program.
. "$(dirname "$0")/packages.bash"
debian libfaketime=0.9.10-2.1 coreutils=9.1-1 findutils=4.9.0-4

fake=$(find root -name libfaketime.so.1)
year=$(date +%Y)
cat >look.py <<'END'
import os, time
open("new", "w").close()
age = time.time() - os.stat("new").st_mtime
print("Python: written now, looks", round(age / 86_400 / 365), "years old")
END
LD_PRELOAD=$work/$fake FAKETIME=+10y sh -c '
    echo "date: $(($(date +%Y) - '"$year"')) years ahead"
    touch -c new 2>/dev/null; : >made
    echo "stat: $(($(stat -c %y made | cut -c 1-4) - '"$year"')) years ahead"
    echo "find: $(find made -mmin -60 | wc -l) files of the last hour"
    touch touched
' >seen
LD_PRELOAD=$work/$fake FAKETIME=+10y python3 look.py >>seen
echo "touched, to everybody else: $(($(stat -c %y touched | cut -c 1-4) - year)) years ahead" >>seen
expect seen <<'END'
date: 10 years ahead
stat: 0 years ahead
find: 0 files of the last hour
Python: written now, looks 10 years old
touched, to everybody else: 10 years ahead
END
