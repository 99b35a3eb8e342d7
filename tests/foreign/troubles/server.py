"""HTTP/1.1 on sockets for the servers here, one thread for each connection."""

import json
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.foreign.troubles.messages import Crash, Raw, Reply, Request


class Server(ThreadingHTTPServer):
    """Listens on a port of 127.0.0.1; what answers is set when the port is known."""

    daemon_threads = True
    request_queue_size = 128
    answer: Callable[[Request], Reply]

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.ended = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def end(self) -> None:
        """End the server from within: connections that are open are answered no more."""
        self.ended = True

    def handle_error(self, *_: object) -> None:
        """Pass over clients that have gone, and show what else is raised: a mistake of this server."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()

    def stop(self) -> None:
        """Listen no more, once what ended it is answered: the process ends with its loop."""
        # `shutdown` waits for the loop, which may wait for whoever calls this.
        threading.Thread(target=self._stop, daemon=True).start()

    def _stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True
    server: Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Answer every method in one way; the contract says which there are."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        try:
            body = self._body()
        except ValueError:
            self.send_error(400)
            return
        if self.server.ended:
            self.close_connection = True
            return
        try:
            reply = self.server.answer(Request(self.command, self.path, self.headers, body))
        except Crash:
            self.close_connection = True
            return
        except Raw as raw:
            self.close_connection = True
            for chunk in raw.chunks:
                self.wfile.write(chunk)
            return
        if self.server.ended:
            self.close_connection = True
        self._send(reply)
        if self.server.ended:
            self.server.stop()

    def _body(self) -> bytes:
        """Return the body of the request.

        Raises:
            ValueError: its framing is no HTTP.
        """
        if self.headers["Transfer-Encoding"] is None:
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _send(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.body is None:
            body = b""
        else:
            self.send_header("Content-Type", reply.media_type)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the terminal quiet."""
