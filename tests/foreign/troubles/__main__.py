"""Starts one of the servers here: `python -m tests.foreign.troubles NAME --port 0`."""

import argparse
import signal
import sys

from tests.foreign.troubles.registry import TROUBLES
from tests.foreign.troubles.serving import prepared


def main() -> None:
    """Serve until it is stopped, or stops itself; print where, its contract, and what each role sends."""
    names = "\n".join(f"  {name:18} {trouble.summary}" for name, trouble in TROUBLES.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.foreign.troubles",
        description=f"{__doc__}\n\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=TROUBLES, metavar="NAME")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()

    # Ends as an interruption does, so that the file of the contract goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with prepared(options.name, options.port) as ready:
        lines = [f"{options.name} at {ready.url}, contract {ready.contract}"]
        lines += [
            f"{role}: {scheme}={sent}"
            for role, schemes in ready.credentials.items()
            for scheme, sent in schemes.items()
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        try:
            ready.server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
