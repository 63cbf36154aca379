#!/usr/bin/env bash
# Three Python clients of the API v2 disagree about which reply is a refusal and which an order.
#
# smmpy 0.1.0, babismm 1.0.1, safesmm 0.1.0 (PyPI), each asked to place an order. Two of them lose
# the words of a refusal with HTTP 400: they look at the status first, so "not enough funds" and a
# wrong link become the same error. The third takes a placed order for a failure if the reply also
# has an empty "error", which some panels always send: it only checks whether the key is there, and
# a script that tries again buys twice. So a panel must refuse with HTTP 200, and never send "error"
# together with "order".
. "$(dirname "$0")/packages.bash"
pypi smmpy==0.1.0 babismm==1.0.1 safesmm==0.1.0 requests==2.34.2

cat >ask.py <<'END'
import http.server
import logging
import threading

import safesmm
import smm
import smmpy

logging.disable()
answer = (200, "{}")


class Panel(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Panel)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/api/v2"
clients = {
    "smmpy": smmpy.smm(url, "k"), "babismm": smm.SMM(url, "k"), "safesmm": safesmm.SafeSMM("k", api_url=url)}
for status, body in (
    (200, '{"error": "not enough funds"}'), (400, '{"error": "not enough funds"}'),
    (200, '{"order": 23501, "error": ""}'), (200, '{"order": 23501, "error": null}'),
):
    answer = (status, body)
    print(f"HTTP {status} {body}")
    for name, client in clients.items():
        try:
            seen = f"placed, {client.add_order(101, 'https://a.example/1', 1000)['order']}"
        except Exception as error:
            words = str(error).replace(url, "URL")
            seen = f"{type(error).__name__}: {words}".rstrip()
        print(f"    {name:<8} {seen}")
END
"$python" ask.py >seen
expect seen <<'END'
HTTP 200 {"error": "not enough funds"}
    smmpy    Exception: not enough funds
    babismm  SMMAPIError: not enough funds
    safesmm  SafeSMMError: not enough funds
HTTP 400 {"error": "not enough funds"}
    smmpy    Exception: 400 Client Error: Bad Request for url: URL
    babismm  SMMNetworkError: HTTP status error: 400 - Bad Request
    safesmm  SafeSMMError: not enough funds
HTTP 200 {"order": 23501, "error": ""}
    smmpy    placed, 23501
    babismm  placed, 23501
    safesmm  SafeSMMError:
HTTP 200 {"order": 23501, "error": null}
    smmpy    placed, 23501
    babismm  placed, 23501
    safesmm  SafeSMMError: None
END
