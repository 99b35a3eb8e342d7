"""Reads the answer to one request out of the octets of a connection, as RFC 9112 frames it."""

import h11
import httpx

_LARGEST_HEAD = 65536


class Reader:
    """An answer as it comes. Field values are octets, and answers that are not final (1xx) are read past."""

    def __init__(self, method: str) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
        # How an answer is framed hangs on the method alone, and what was sent may be no legal HTTP.
        stand_in = "HEAD" if method == "HEAD" else "GET"
        close = [("Host", "stand-in"), ("Connection", "close")]
        self._connection.send(h11.Request(method=stand_in, target="/", headers=close))
        self._connection.send(h11.EndOfMessage())
        self._response: h11.Response | None = None
        self._content = bytearray()
        self.complete = False

    def feed(self, octets: bytes) -> None:
        """Take what came; no octets are the end of the stream.

        Raises:
            httpx.RemoteProtocolError: it is no HTTP answer, or ends before it is complete.
        """
        try:
            if octets or not self.complete:
                self._connection.receive_data(octets)
            while not self.complete and not isinstance(event := self._connection.next_event(), type):
                self._take(event)
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(f"it is no HTTP answer: {error}") from error

    def _take(self, event: h11.Event) -> None:
        match event:
            case h11.Response():
                self._response = event
            case h11.Data():
                self._content += event.data
            case h11.EndOfMessage():
                self.complete = True
            case h11.ConnectionClosed():
                raise httpx.RemoteProtocolError("the server closed the connection without an HTTP answer")

    @property
    def status(self) -> int:
        """The status code of the final answer."""
        return self._final.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The fields of its head, as they were written."""
        return httpx.Headers(self._final.headers.raw_items())

    @property
    def content(self) -> bytes:
        """Its content, without the framing of chunks."""
        return bytes(self._content)

    @property
    def trailing(self) -> bytes:
        """What followed its end. Nothing may."""
        return bytes(self._connection.trailing_data[0])

    @property
    def _final(self) -> h11.Response:
        if self._response is None:
            raise httpx.RemoteProtocolError("the server closed the connection without an HTTP answer")
        return self._response
