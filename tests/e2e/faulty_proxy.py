"""A proxy before the AWS emulator that answers some requests itself, with an error.

Standard library only. As a context manager: `with FaultyProxy(emulator.url, every(2, SERVER_ERROR)) as
proxy:` then use proxy.url as the endpoint. A fault is a function of the number of the request (from 1)
and of the request; it returns the Answer to give, CUT to drop the connection, or None to pass it on.
"""

import dataclasses
import http.client
import http.server
import threading
import urllib.parse

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What is answered instead of the emulator's word. `code` in the form of each AWS protocol."""

    status: int
    code: str
    message: str

    def body(self, headers):
        """The error and its content type in the protocol that the request speaks."""
        kind = headers.get("Content-Type", "")
        if "json" in kind or "X-Amz-Target" in headers:
            return f'{{"__type": "{self.code}", "message": "{self.message}"}}', "application/x-amz-json-1.1"
        error = f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
        if "x-www-form-urlencoded" in kind:
            error = f"<ErrorResponse>{error}<RequestId>x</RequestId></ErrorResponse>"
        return f'<?xml version="1.0" encoding="UTF-8"?>{error}', "text/xml"


SERVER_ERROR = Answer(500, "InternalFailure", "The emulator is made to fail.")
EXPIRED = Answer(403, "ExpiredToken", "The security token included in the request is expired")
DENIED = Answer(403, "AccessDenied", "User is not authorized to perform this action")
THROTTLED = Answer(400, "ThrottlingException", "Rate exceeded")
CUT = "cut"


def every(count, answer):
    """A fault that strikes each so many-th request."""
    return lambda number, request: answer if number % count == 0 else None


def matching(word, answer):
    """A fault that strikes requests with a word in their path, target or body."""
    return lambda number, request: answer if word in request.text else None


class FaultyProxy:
    """Passes requests on to `upstream`, but for those that `fault` answers; `fault` may be changed."""

    def __init__(self, upstream, fault=None):
        self.fault = fault or (lambda number, request: None)
        self.seen, self.struck = 0, 0
        self.upstream = urllib.parse.urlsplit(upstream)
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def judge(self, request):
        """The answer to give instead, and counts."""
        with self._lock:
            self.seen += 1
            number = self.seen
        answer = self.fault(number, request)  # it may take its time, and others go on
        with self._lock:
            self.struck += answer is not None
        return answer

    def connect(self):
        """A connection to the emulator."""
        return http.client.HTTPConnection(self.upstream.hostname, self.upstream.port, timeout=60)


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection of a client."""

    proxy = None
    protocol_version = "HTTP/1.1"

    @property
    def text(self):
        """What a fault looks at."""
        return f"{self.path} {self.headers.get('X-Amz-Target', '')} {self.content.decode(errors='replace')}"

    def handle_any(self):
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.proxy.judge(self)
        if answer == CUT:
            self.close_connection = True
        elif answer is None:
            self._pass_on()
        else:
            body, kind = answer.body(self.headers)
            self._reply(answer.status, {"Content-Type": kind, "x-amzn-RequestId": "faulty"}, body.encode())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

    def _pass_on(self):
        connection = self.proxy.connect()
        try:
            headers = {**self.headers, "Host": self.proxy.upstream.netloc}  # it names queues by its own address
            connection.request(self.command, self.path, self.content, headers)
            answer = connection.getresponse()
            content, length = answer.read(), answer.getheader("Content-Length")
        finally:
            connection.close()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP}
        self._reply(answer.status, kept, content, length if self.command == "HEAD" else None)

    def _reply(self, status, headers, content, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        """Says nothing."""
