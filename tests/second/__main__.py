"""Starts the second server: `python -m tests.second --port 0`."""

import argparse
import os
import sys

from tests.second import keys, mistakes
from tests.second.wire import Server


def main() -> None:
    """Serve until it is stopped. It prints where, and the keys that it made up."""
    parser = argparse.ArgumentParser(prog="python -m tests.second", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--broken", choices=sorted(mistakes.MISTAKES), help="make one mistake")
    options = parser.parse_args()

    given = {role: os.environ.get(f"SECOND_{role.upper()}_KEY") for role in keys.ROLES}
    ring = {role: key or keys.generate() for role, key in given.items()}
    gateway = mistakes.gateway(options.broken, keys.KeyRing(ring))
    with Server((options.host, options.port), gateway.answer) as server:
        lines = [f"second server at http://{options.host}:{server.server_address[1]}"]
        lines += [f"SECOND_{role.upper()}_KEY={ring[role]}" for role, key in given.items() if not key]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
