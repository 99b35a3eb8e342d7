"""The command `conformance`: runs it, or names the extra that brings what is not installed."""

import sys
from importlib.util import find_spec

LIBRARIES = ("httpx", "hypothesis", "jinja2", "requests", "schemathesis")
"""What the extra brings. It is asked for first: what goes wrong in the middle of a run is no wrong usage."""


def main() -> None:
    """Run the command; where a library is missing, say in one sentence what to install, and exit 2."""
    for library in LIBRARIES:
        if find_spec(library) is None:
            sys.stderr.write(f'{library} is not installed: pip install "access-profiles[conformance]"\n')
            sys.exit(2)
    from conformance.cli import main as command

    command()


if __name__ == "__main__":
    main()
