"""The command `access-profiles`: runs what is installed, and names the extra that brings what is not."""

import sys

EXTRAS = {"psycopg": "postgresql"}
"""Which extra brings a library, where it is not `server`."""

OURS = ("", "conformance", "domain", "handlers", "server", "store")


def main() -> None:
    """Run the command; where a library is missing, say in one sentence what to install, and exit 2."""
    try:
        from server.cli import main as command

        command()
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library in OURS:
            raise
        extra = EXTRAS.get(library, "server")
        sys.stderr.write(f'{library} is not installed: pip install "access-profiles[{extra}]"\n')
        sys.exit(2)


if __name__ == "__main__":
    main()
