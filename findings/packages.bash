# Every finding begins with this: a temporary folder, and pinned packages in it. It installs nothing
# on the machine. Source it; do not run it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# debian NAME=VERSION…: unpacks Debian packages, and the packages they need that are missing here,
# into $work/root, and puts their programs first in the path.
debian() {
    mkdir -p debs/partial root
    apt-get -qq -o Dir::Cache::archives="$work/debs" -o Debug::NoLocking=1 --yes --reinstall \
        --allow-downgrades --download-only --no-install-recommends install "$@" >/dev/null 2>apt.log ||
        { cat apt.log >&2; echo "cannot be had: $*; after apt-get update, these versions may be gone" >&2; exit 2; }
    local deb
    for deb in debs/*.deb; do dpkg -x "$deb" root; done
    PATH=$work/root/usr/bin:$work/root/bin:$PATH
    export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu:$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/ledger
}

# pypi NAME==VERSION…: installs Python packages; $python has them.
pypi() {
    python3 -m venv venv
    python=$work/venv/bin/python
    "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

# expect FILE <<END: shows the result, and ends with 1 if it is no longer the expected one.
expect() {
    cat >expected
    cat "$1"
    if ! diff -u expected "$1" >difference; then
        printf '\nTHIS HAS CHANGED (- as it was found, + now):\n'
        cat difference
        exit 1
    fi
}
