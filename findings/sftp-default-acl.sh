#!/usr/bin/env bash
# A default ACL on an upload folder does not make a private file readable.
#
# OpenSSH 9.2p1's sftp and sftp-server, acl 2.3.1 (Debian 12). A folder's default ACL grants a
# second user all rights on every new file. A file of mode 0644 becomes readable for them, but a
# file of mode 0600 does not: the client's mode goes into open(2), its group bits become the ACL's
# mask, and the mask reduces the entry to nothing. `ls -l` and the entry itself look right. The
# server's -u does not help, because a default ACL replaces the umask. A chmod afterwards helps: it
# widens the mask.
. "$(dirname "$0")/packages.bash"
debian acl=2.3.1-3 openssh-client=1:9.2p1-2+deb12u10 openssh-sftp-server=1:9.2p1-2+deb12u10

server=$work/root/usr/lib/openssh/sftp-server
mkdir inbox
setfacl --default --modify user:nobody:rwX inbox
echo '{}' >open.json && chmod 644 open.json
echo '{}' >private.json && chmod 600 private.json

put() { printf '%s\n' "$1" | sftp -q -b - -D "$server ${2:-}" >/dev/null; }
put 'put open.json inbox/open.json'
put 'put private.json inbox/private.json'
put 'put private.json inbox/umask.json' '-u 0007'
put $'put private.json inbox/chmod.json\nchmod 640 inbox/chmod.json'

for file in open private umask chmod; do
    printf '%-8s %s\n' "$file" "$(getfacl --omit-header --all-effective inbox/$file.json |
        sed -n 's/^user:nobody:\([^[:space:]]*\)[[:space:]]*#/granted \1, /p')"
done >seen
expect seen <<'END'
open     granted rwx, effective:r--
private  granted rwx, effective:---
umask    granted rwx, effective:---
chmod    granted rwx, effective:r--
END
