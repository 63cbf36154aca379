#!/usr/bin/env bash
# rclone uploads under the final name, and sets an old time only after it has closed the file.
#
# rclone 1.60.1 to OpenSSH's sftp-server 9.2p1 (Debian 12). During the upload the unfinished file
# has its final name and the time of the last write. Then rclone closes it, and a separate request
# sets the time of the source, which may be years ago. So a program that waits until a file's
# modification time is some seconds old sees a new file that is suddenly old. A program that checks
# whether a file changed while it read it sees a change of the times only. The inode's change time
# stays true. (Since 1.63 rclone uploads as NAME.partial.)
. "$(dirname "$0")/packages.bash"
debian rclone=1.60.1+dfsg-2+b5 openssh-server=1:9.2p1-2+deb12u10 \
    openssh-sftp-server=1:9.2p1-2+deb12u10 openssh-client=1:9.2p1-2+deb12u10

mkdir source inbox
((EUID != 0)) || mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f host_key
ssh-keygen -q -t ed25519 -N '' -f user_key
port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
cat >sshd_config <<END
ListenAddress 127.0.0.1
Port $port
HostKey $work/host_key
PidFile $work/sshd.pid
AuthorizedKeysFile $work/user_key.pub
StrictModes no
UsePAM no
Subsystem sftp $work/root/usr/lib/openssh/sftp-server
END
"$work/root/usr/sbin/sshd" -f sshd_config -E sshd.log
until [[ -s sshd.pid ]]; do sleep 0.1; done
trap 'kill "$(cat "$work/sshd.pid")"; rm -rf "$work"' EXIT

head -c 4000000 /dev/zero >source/orders.json
touch -d '2020-01-01 UTC' source/orders.json
RCLONE_CONFIG=/dev/null rclone copy --bwlimit 1M source \
    ":sftp,host=127.0.0.1,port=$port,user=$(id -un),key_file=$work/user_key:$work/inbox" 2>rclone.log &
upload=$!
half=no
while kill -0 $upload 2>/dev/null; do
    read -r size year < <(stat -c '%s %y' inbox/orders.json 2>/dev/null || echo '0 -') || true
    if ((size > 0 && size < 4000000)); then half="yes, modified in the year ${year%%-*}"; fi
    sleep 0.05
done
wait $upload || { cat rclone.log >&2; exit 2; }
{
    rclone version | sed -n 1p
    echo "half a file under the final name: ${half/ $(date +%Y)/ of the upload}"
    echo "the whole file: modified in $(stat -c %y inbox/orders.json | cut -c 1-4)"
    echo "its inode: changed $(($(date +%s) - $(stat -c %Z inbox/orders.json) < 60 ? 0 : 1)) minutes ago"
} >seen
expect seen <<'END'
rclone v1.60.1-DEV
half a file under the final name: yes, modified in the year of the upload
the whole file: modified in 2020
its inode: changed 0 minutes ago
END
