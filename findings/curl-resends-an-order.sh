#!/usr/bin/env bash
# libcurl sends a POST twice and reports one success; only the pre-request callback can prevent it.
#
# libcurl 7.88.1 (Debian 12). A server takes a POST on a reused connection and closes it without a
# reply, like a worker that is restarted at that moment. libcurl opens another connection and sends
# the POST again: the server has the order twice, and curl_easy_perform has returned CURLE_OK once.
# Among the figures, only the number of new connections hints at it. The callback
# CURLOPT_PREREQFUNCTION, made for checking addresses, is called before each sending, so it can
# count them. If it aborts the second, the order goes out once, and the caller gets an error.
. "$(dirname "$0")/packages.bash"
debian libcurl4=7.88.1-10+deb12u15 libcurl4-openssl-dev=7.88.1-10+deb12u15

cat >order.c <<'END'
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static int sendings, allowed;

static int before_sending(void *context, char *ip, char *local, int port, int local_port) {
    return ++sendings > allowed ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context) { return size * count; }

int main(int count, char **words) {
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, words[1]);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_sending);
    allowed = strcmp(words[2], "guarded") ? 9 : 1;
    for (int number = 1; number <= 2; number++) {
        char body[] = "order=?";
        body[6] = '0' + number;
        sendings = 0;
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
        CURLcode code = curl_easy_perform(curl);
        long connects = 0;
        curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
        printf("%s: curl %d, about to send %d times, %ld new connections\n", body, code, sendings, connects);
    }
    curl_easy_cleanup(curl);
}
END
cat >server.py <<'END'
import socket
import threading

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)


def serve(connection, number):
    for served in range(9):
        request = b""
        while b"order=" not in request:
            part = connection.recv(4096)
            if not part:
                return
            request += part
        print("the server took", request[-7:].decode(), "on connection", number, flush=True)
        if number == 1 and served == 1:
            connection.close()
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


for number in range(1, 9):
    threading.Thread(target=serve, args=(listener.accept()[0], number), daemon=True).start()
END
cc -o order order.c -I root/usr/include/x86_64-linux-gnu -L root/usr/lib/x86_64-linux-gnu -lcurl
for how in plain guarded; do
    echo "$how"
    python3 server.py >server.$how &
    server=$!
    until [[ -s server.$how ]]; do sleep 0.1; done
    ./order "http://127.0.0.1:$(head -n 1 server.$how)/" $how
    kill $server && wait $server 2>/dev/null || true
    sed 1d server.$how
done >seen
expect seen <<'END'
plain
order=1: curl 0, about to send 1 times, 1 new connections
order=2: curl 0, about to send 2 times, 1 new connections
the server took order=1 on connection 1
the server took order=2 on connection 1
the server took order=2 on connection 2
guarded
order=1: curl 0, about to send 1 times, 1 new connections
order=2: curl 42, about to send 2 times, 1 new connections
the server took order=1 on connection 1
the server took order=2 on connection 1
END
