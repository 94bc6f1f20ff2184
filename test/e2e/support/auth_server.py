# An auth server that needs nothing but Python's standard library.
#
#   auth_server.py [PORT]
#
# It prints its port, then each request as a line of JSON. What it answers
# depends on the secret: see `answer`.

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ALL = {"topic": ".*", "channels": [".*"], "permissions": ["publish", "subscribe"]}


def grant(*authorizations, ttl=3600):
    return 200, json.dumps({
        "ttl": ttl,
        "identity": "Ann",
        "identity_url": "http://example.com/ann",
        "authorizations": authorizations,
    })


def answer(secret):
    kind, _, detail = secret.partition(":")
    if kind == "all":
        return grant(ALL)
    if kind == "ttl":
        return grant(ALL, ttl=int(detail))
    if kind == "once":
        # Lets a client in, and not again.
        with lock:
            seen.append(secret)
            again = seen.count(secret) > 1
        return (403, "no") if again else grant(ALL, ttl=1)
    if kind == "topics":
        return grant({"topic": detail, "channels": [".*"], "permissions": ["publish", "subscribe"]})
    if kind == "subscribe":
        return grant({"topic": ".*", "channels": [detail], "permissions": ["subscribe"]})
    if kind == "nobody":
        return grant()
    if kind == "channels":
        return grant({"topic": ".*", "channels": [], "permissions": ["publish", "subscribe"]})
    if kind == "pattern":
        return grant({"topic": "(", "channels": [".*"], "permissions": ["publish"]})
    if kind == "permission":
        return grant({"topic": ".*", "channels": [".*"], "permissions": ["fly"]})
    if kind == "rubbish":
        return 200, "<html>rubbish</html>"
    if kind == "long":
        return 200, " " * (4 << 20)
    if kind == "slow":
        time.sleep(float(detail))
        return grant(ALL)
    return 403, "no"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        fields = json.loads(body) if body else parse_qs(url.query, encoding="latin1")
        with lock:
            print(json.dumps({
                "method": self.command,
                "target": self.path,
                "accept": self.headers.get("Accept"),
                "body": body,
            }), flush=True)
        status, text = answer(fields["secret"][0])
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            pass  # it did not wait, or does not want so much

    do_GET = do_POST = handle_any

    def log_message(self, *_):
        pass


lock = threading.Lock()
seen = []
ThreadingHTTPServer.request_queue_size = 128
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
server.daemon_threads = True
server.handle_error = lambda *_: None  # clients that did not wait
print(server.server_port, flush=True)
server.serve_forever()
