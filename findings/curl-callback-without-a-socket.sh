#!/usr/bin/env bash
# In its pre-request callback, libcurl does not yet say which socket it is about to use.
#
# libcurl 7.88.1 (Debian 12). CURLOPT_PREREQFUNCTION is called when the connection stands, just
# before the request goes out, and it gets the right addresses and ports. CURLINFO_ACTIVESOCKET
# answers CURLE_OK there, with socket -1, on a new connection and on a reused one. As soon as
# curl_easy_perform has returned, the socket is there. A program that wants to look at an idle
# connection before it sends an order has to remember the socket of the transfer before, and make
# sure that it is the same one by the local port that the callback gets.
. "$(dirname "$0")/packages.bash"
debian libcurl4=7.88.1-10+deb12u15 libcurl4-openssl-dev=7.88.1-10+deb12u15

cat >ask.c <<'END'
#include <curl/curl.h>
#include <stdio.h>

static CURL *curl;

static void show(const char *when) {
    curl_socket_t active = CURL_SOCKET_BAD;
    CURLcode code = curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &active);
    printf("%s: getinfo %d, socket %s\n", when, code, active == CURL_SOCKET_BAD ? "-1" : "there");
}

static int before_sending(void *context, char *ip, char *local, int port, int local_port) {
    printf("local port %s\n", local_port > 0 ? "known" : "unknown");
    show("in the callback");
    return CURL_PREREQFUNC_OK;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context) { return size * count; }

int main(int count, char **words) {
    curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, words[1]);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_sending);
    for (int number = 1; number <= 2; number++) {
        CURLcode code = curl_easy_perform(curl);
        long connects = 0;
        curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
        printf("request %d: curl %d, %ld new connections\n", number, code, connects);
        show("afterwards");
    }
    curl_easy_cleanup(curl);
}
END
cat >server.py <<'END'
import http.server


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
gcc -I root/usr/include/x86_64-linux-gnu -o ask ask.c -L root/usr/lib/x86_64-linux-gnu -lcurl
python3 server.py >port &
server=$!
trap 'kill "$server"; rm -rf "$work"' EXIT
until [ -s port ]; do sleep 0.1; done
./ask "http://127.0.0.1:$(cat port)/" >seen
expect seen <<'END'
local port known
in the callback: getinfo 0, socket -1
request 1: curl 0, 1 new connections
afterwards: getinfo 0, socket there
local port known
in the callback: getinfo 0, socket -1
request 2: curl 0, 0 new connections
afterwards: getinfo 0, socket there
END
