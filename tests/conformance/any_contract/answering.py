"""A server that gives answers of a few kinds, whatever it is asked."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

JSON, PAGE = "application/json", "text/html; charset=utf-8"


@contextmanager
def answering(
    *replies: tuple[str, int, str, dict[str, str]], asked: list[str] | None = None, content: bytes = b"{}"
) -> Iterator[str]:
    """Give a server that answers requests below paths in one way each, and all others 404.

    `asked` takes the methods and paths of all requests, and all answers have one content.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = (reply[1:] for reply in replies if self.path.startswith(reply[0]))
            status, media_type, headers = next(found, (404, JSON, {}))
            if asked is not None:
                asked.append(f"{self.command} {self.path}")
            body = content.ljust(int(headers.get("Content-Length", 0)))
            self.send_response(status)
            stated = {"Content-Type": media_type, "Content-Length": str(len(body)), **headers}
            for name, text in stated.items():
                self.send_header(name, text)
            self.end_headers()
            with suppress(OSError):
                # Of what is too large not all is read.
                self.wfile.write(body)

        do_OPTIONS = do_POST = do_DELETE = do_GET  # noqa: N815  so the class calls them

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
