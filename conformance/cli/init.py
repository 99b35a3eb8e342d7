"""`conformance init`: a file of settings to begin with."""

import shlex
from pathlib import Path

import click

from conformance.cli.config import FILE_NAME
from conformance.cli.root import cli

TEMPLATE = """\
# Settings of `conformance check`. The command line wins over what stands here.

[target]
url = "http://127.0.0.1:8080"   # the server's root; a path is taken for a prefix
# label = "staging"             # how reports call it
# base = "/api"                 # where paths begin below it, whatever the contract says of servers
# prefix_in_url = true          # the URL is the root as it stands, even if it ends in /api
# ca_file = "ca.pem"            # the authority whose TLS certificates are good
# verify = false                # takes any TLS certificate
# timeout = 10                  # seconds for a whole request
# rate = 20                     # requests a second that may leave
# proxy = "${PROXY_URL}"        # an HTTP proxy that all requests go through
# parallel = 4                  # checks that run at the same time
# headers = { "X-Tenant" = "acme", "X-Gateway-Token" = "${GATEWAY_TOKEN}" }

# Keys by role. Each is the name of an environment variable; a key itself is refused.
[keys]
admin = "${CONFORMANCE_KEY}"
# viewer = "${CONFORMANCE_VIEWER_KEY}"
# expired = "${EXPIRED_KEY}"
# revoked = "${REVOKED_KEY}"
# "scope:Roles:View" = "${ROLES_VIEW_KEY}"

# The same for each security scheme of a contract of your own; USER:PASSWORD for HTTP Basic.
[credentials.admin]
# basicAuth = "${USER_AND_PASSWORD}"
[credentials.reader]
# apiKey = "${READER_KEY}"

[run]
# mode = "standard"             # quick, standard or certify
# profiles = ["core", "http"]   # what the server claims; without it, what it is found to have
# only = ["AP-GET-*"]           # ids of clauses
# seed = 1                      # repeats the random choices of an earlier run
# budget = 60                   # seconds
# strict = true                 # counts SHOULD as MUST
# read_only = true              # sends nothing that could change something
# expect = "expect.toml"        # failures that are known
"""


@cli.command(short_help="Write a file of settings to begin with.")
@click.argument("file", required=False, default=FILE_NAME, type=click.Path(dir_okay=False, path_type=Path))
def init(file: Path) -> None:
    """Write FILE, conformance.toml unless another is named, with every setting explained."""
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(TEMPLATE)
    except FileExistsError as error:
        raise click.UsageError(f"{file} is there already, and is left as it is.") from error
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error}") from error
    named = "" if file == Path(FILE_NAME) else f" --config {shlex.quote(str(file))}"
    click.echo(f"Wrote {file}. Put your server's URL into it, then run: conformance check{named}")
