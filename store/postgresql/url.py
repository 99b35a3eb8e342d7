"""The URL of a PostgreSQL store: what libpq understands, and a few parameters of our own.

    postgresql://user:password@host:5432/database
    postgresql://host1:5432,host2:5432/database?target_session_attrs=read-write&sslmode=verify-full
    postgresql:///database?host=host1:5432&host=host2:5432
    postgresql:///database?host=/var/run/postgresql

Parameters of our own, each with its default: `pool_size=10` (connections of one process, at most,
beside the one that tells of commits),
`pool_timeout=5s` (how long to wait for one of them), `lock_timeout=5s` (for another writer),
`statement_timeout=10s` and `idle_in_transaction_session_timeout=30s`. Times are in `ms`, `s` or `min`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from psycopg import ProgrammingError, pq
from psycopg.conninfo import conninfo_to_dict

SCHEMES = ("postgresql://", "postgres://")

POOL_SIZES = range(3, 1001)

_EXAMPLE = "postgresql://user:password@host:5432/database"

_NOT_UNDERSTOOD = (
    f'The store\'s URL is not understood. It looks like this: "{_EXAMPLE}". '
    "Characters such as @ : / ? # in a password are written as %40 %3A %2F %3F %23."
)

_UNIT_MS = {"ms": 1, "s": 1000, "min": 60_000}

_TIMES = {
    "pool_timeout": "5s",
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}

_SETTINGS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
"""Which of the times are settings of the session."""

_DEFAULTS: Mapping[str, str] = {
    "application_name": "access-profiles",
    "connect_timeout": "5",
    # A host that is gone without a word is noticed within half a minute.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""What libpq is told where the URL says nothing."""


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """What a URL says.

    Attributes:
        connection: what the driver needs to connect, the password among it.
        place: hosts, ports and database, for messages.
        pool_size: the number of connections, at most.
        pool_timeout_ms: how long to wait for a connection that others use, in milliseconds.
    """

    connection: Mapping[str, str]
    place: str
    pool_size: int
    pool_timeout_ms: int


def parse_url(url: str) -> PostgresUrl:
    """Take a URL apart.

    Raises:
        ValueError: the URL is not understood. The message repeats nothing that may be a password.
    """
    if not url.startswith(SCHEMES):
        raise ValueError(f'A PostgreSQL store needs a URL such as "{_EXAMPLE}".')
    base, _, query = url.partition("?")
    parameters = _parameters(query)
    own = {name: value for name, value in parameters if name in _TIMES or name == "pool_size"}
    pool_size = _pool_size(own.pop("pool_size", "10"))
    times = {name: _milliseconds(name, value) for name, value in (_TIMES | own).items()}
    hosts = [value for name, value in parameters if name == "host"]
    rest = [(name, value) for name, value in parameters if name not in {*_TIMES, "pool_size", "host"}]
    given = _libpq(base, rest) | _hosts(hosts)
    if not given.get("dbname") and not given.get("service"):
        raise ValueError(f'The store\'s URL names no database. It looks like this: "{_EXAMPLE}".')
    settings = " ".join(f"-c {name}={times[name]}" for name in _SETTINGS)
    options = f"{settings} -c TimeZone=UTC {given.get('options', '')}".rstrip()
    return PostgresUrl(
        connection={**_DEFAULTS, **given, "options": options, "client_encoding": "UTF8"},
        place=_place(given),
        pool_size=pool_size,
        pool_timeout_ms=times["pool_timeout"],
    )


def _parameters(query: str) -> list[tuple[str, str]]:
    """Return names and values; as in libpq, and not as in forms, `+` is no space."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def _libpq(base: str, parameters: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return what libpq reads in a URL."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    for name, value in parameters:
        if name not in known:
            # After a "?" in a password that was not escaped, the rest of the password looks like a parameter.
            is_address = "@" in name + value
            raise ValueError(
                _NOT_UNDERSTOOD if is_address else f'The parameter "{name}" of the store\'s URL is not known.'
            )
    try:
        found = conninfo_to_dict(f"{base}?{urlencode(parameters, quote_via=quote)}")
    except ProgrammingError:
        # libpq's message repeats the URL, and so its password.
        raise ValueError(_NOT_UNDERSTOOD) from None
    return {name: str(value) for name, value in found.items()}


def _hosts(values: Sequence[str]) -> dict[str, str]:
    """Return hosts and ports, for libpq, from parameters such as `host=a:5432`."""
    pairs = [re.fullmatch(r"\[?(.*?)\]?(?::([0-9]+))?", value) for value in values]
    found = [(pair[1], pair[2] or "") for pair in pairs if pair is not None]
    hosts = {"host": ",".join(host for host, _ in found)} if found else {}
    ports = {"port": ",".join(port for _, port in found)} if any(port for _, port in found) else {}
    return hosts | ports


def _place(given: Mapping[str, str]) -> str:
    hosts = (given.get("host") or given.get("hostaddr") or "localhost").split(",")
    ports = [port or "5432" for port in given.get("port", "").split(",")]
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts) or not all(re.fullmatch("[0-9]+", port) for port in ports):
        raise ValueError(_NOT_UNDERSTOOD)
    pairs = zip(hosts, ports, strict=True)
    places = ", ".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in pairs)
    return f"{places} ({given.get('dbname') or given['service']})"


def _pool_size(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) not in POOL_SIZES:
        raise ValueError(
            f'The parameter "pool_size" of the store\'s URL must be a number from {POOL_SIZES[0]} to '
            f'{POOL_SIZES[-1]}, not "{value}".'
        )
    return int(value)


def _milliseconds(name: str, value: str) -> int:
    match = re.fullmatch(r"([0-9]{1,6})(ms|s|min)", value)
    milliseconds = int(match[1]) * _UNIT_MS[match[2]] if match else 0
    if not milliseconds:
        raise ValueError(
            f'The parameter "{name}" of the store\'s URL must be a time such as 500ms, 10s or 1min, '
            f'not "{value}".'
        )
    return milliseconds
