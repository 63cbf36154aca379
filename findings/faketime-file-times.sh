#!/usr/bin/env bash
# Under libfaketime new files are as old as the clock is fast: the clock is faked, file times are not.
#
# libfaketime 0.9.10 (Debian 12, glibc 2.36). Its manual says that file times are faked too, unless
# NO_FAKE_STAT is set. It intercepts the names that stat(2) had before glibc 2.33; programs built since call
# others, so nothing that Debian 12 ships sees a faked file time: not coreutils (statx), not Python (stat).
# utimes with "now" writes the faked time to the disk, though. So ten years ahead, a file that was written this
# instant looks ten years old, and the same file, touched, is ten years in the future for everybody else.
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
