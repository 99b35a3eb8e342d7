"""Starts a server of somebody else, on loopback: `python -m tests.foreign.launch [--sealed] COMMAND...`.

Prints the port at which it will answer, and the id of its group of processes. `{port}` in the command is
replaced by the port to listen on. The whole group ends when the server ends, and when the standard input of
this program is closed: so that nothing is left when whoever started it is killed.

With `--sealed` the server gets a network of its own, in which there is nothing but its own loopback: it
reaches neither another machine nor another server of this one. What comes to the printed port is passed on to
it. That takes Linux, and a user who may make a network namespace.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_PR_SET_CHILD_SUBREAPER = 36
_SEALED_PORT = 8000
"""Where a sealed server listens; nobody else is in its network."""
_PIECE = 65_536
_LAST_WORDS_SECONDS = 5


def enter_empty_network() -> None:
    """Move this process, which has one thread, into a network that has only a loopback of its own.

    Raises:
        OSError: this is not Linux, or the user may not.
    """
    if sys.platform != "linux":
        raise OSError("only Linux has network namespaces")
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    # Root needs no namespace of users; in one, it would no longer be root over the files of others.
    if libc.unshare(_CLONE_NEWNET) != 0:
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "a network namespace cannot be made")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket() as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


class _Relay:
    """Joins each connection that comes to `listener`, of the network left, to one with the server."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._answering: set[threading.Thread] = set()

    def run(self) -> None:
        """Accept connections for ever."""
        while True:
            client = self._listener.accept()[0]
            try:
                server = socket.create_connection(("127.0.0.1", _SEALED_PORT))
            except OSError:
                client.close()
                continue
            asking = threading.Thread(target=_copy, args=(client, server), daemon=True)
            answering = threading.Thread(target=self._answer, args=(server, client), daemon=True)
            self._answering.add(answering)
            asking.start()
            answering.start()

    def finish(self) -> None:
        """Wait until all that the server has said before its end is passed on."""
        for thread in tuple(self._answering):
            thread.join(_LAST_WORDS_SECONDS)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        _copy(server, client)
        self._answering.discard(threading.current_thread())


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Copy what one side says until it ends, and then end it on the other side too."""
    with suppress(OSError):
        source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _adopt_orphans() -> None:
    """Have what the server leaves behind become children of this process, which can see that they end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _kill_with_parent(group: int) -> None:
    """Kill a group of processes as soon as standard input is closed."""
    while os.read(0, _PIECE):
        pass
    _kill(group)


def main(arguments: list[str]) -> int:
    """Start the server, wait until it ends, and return its exit status."""
    listener = socket.create_server(("127.0.0.1", 0))
    told: int = listener.getsockname()[1]
    relay = None
    if arguments[0] == "--sealed":
        enter_empty_network()
        port, command, relay = _SEALED_PORT, arguments[1:], _Relay(listener)
        threading.Thread(target=relay.run, daemon=True).start()
    else:
        listener.close()
        port, command = told, arguments

    _adopt_orphans()
    server = subprocess.Popen(
        [part.replace("{port}", str(port)) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
    )
    sys.stdout.write(f"{told} {server.pid}\n")
    sys.stdout.flush()
    threading.Thread(target=_kill_with_parent, args=(server.pid,), daemon=True).start()
    status = server.wait()
    if relay:
        relay.finish()
    _kill(server.pid)
    with suppress(ChildProcessError):
        while True:
            os.wait()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
