"""`conformance.toml`: the target, the keys to it by role, and what a run is to do.

The command line wins over the file. Keys and headers may name environment variables, as in `"${ADMIN_KEY}"`;
a key is never written into the file itself.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE_NAME = "conformance.toml"
MODES = ("quick", "standard", "certify")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_Reader = Callable[[str, Any], Any]
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class ConfigError(ValueError):
    """The file cannot be used; the message names the place in it and says what to do."""


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """How the server is spoken to. What is None is left to the command line and its defaults."""

    url: str | None = None
    label: str | None = None
    base: str | None = None
    """Where the paths of the contract begin below the URL, whatever it says of servers."""
    prefix_in_url: bool = False
    """Whether the URL is the root as it stands, also when it ends in a path of the contract's servers."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None
    verify: bool = True
    timeout: float | None = None
    rate: float | None = None
    proxy: str | None = field(default=None, repr=False)
    parallel: int | None = None


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a run is to do. What is None is left to the command line and its defaults."""

    mode: str | None = None
    profiles: tuple[str, ...] | None = None
    only: tuple[str, ...] | None = None
    seed: int | None = None
    budget: float | None = None
    strict: bool = False
    read_only: bool = False
    expect: Path | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """A file, read and checked.

    Attributes:
        keys: the environment variable that holds the key of each role.
        credentials: the same for each role and each security scheme of the contract.
    """

    path: Path | None = None
    target: TargetSettings = TargetSettings()
    keys: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)
    run: RunSettings = RunSettings()


def load(path: Path, environment: Mapping[str, str]) -> Config:
    """Read a file. Paths in it are relative to its folder.

    Raises:
        ConfigError: it cannot be read, or something in it is not as it has to be.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is no TOML: {error}") from error
    try:
        _known("", document, ("target", "keys", "credentials", "run"))
        keys = _table("keys", document.get("keys", {}))
        return Config(
            path=path,
            target=TargetSettings(**_section(document, "target", _target_readers(path.parent, environment))),
            keys={role: _variable(f"keys.{role}", value) for role, value in keys.items()},
            credentials={
                role: {
                    scheme: _variable(f"credentials.{role}.{scheme}", value)
                    for scheme, value in _table(f"credentials.{role}", held).items()
                }
                for role, held in _table("credentials", document.get("credentials", {})).items()
            },
            run=RunSettings(**_section(document, "run", _run_readers(path.parent))),
        )
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _target_readers(folder: Path, environment: Mapping[str, str]) -> dict[str, _Reader]:
    def expanded(place: str, value: Any) -> str:
        return _VARIABLE.sub(lambda m: variable(place, m[1], environment), _text(place, value))

    def headers(place: str, value: Any) -> dict[str, str]:
        read: dict[str, str] = {}
        for name, text in _table(place, value).items():
            if not _HEADER_NAME.fullmatch(name):
                raise ConfigError(f"{place}: {name!r} is no name of a header.")
            read[name] = _header_value(f"{place}.{name}", expanded(f"{place}.{name}", text))
        return read

    return {
        "url": expanded,
        "label": _text,
        "base": _any_text,
        "prefix_in_url": _flag,
        "headers": headers,
        "ca_file": _path_in(folder),
        "verify": _flag,
        "timeout": _positive,
        "rate": _positive,
        "proxy": expanded,
        "parallel": _whole_from(1),
    }


def _run_readers(folder: Path) -> dict[str, _Reader]:
    return {
        "mode": _one_of(MODES),
        "profiles": _texts,
        "only": _texts,
        "seed": _whole_from(0),
        "budget": _positive,
        "strict": _flag,
        "read_only": _flag,
        "expect": _path_in(folder),
    }


def variable(place: str, name: str, environment: Mapping[str, str]) -> str:
    """Return the value of an environment variable.

    Raises:
        ConfigError: it is not set, or empty.
    """
    value = environment.get(name)
    if not value:
        raise ConfigError(f"{place} names the environment variable {name}, which is not set.")
    return value


def nearest(name: str, names: tuple[str, ...]) -> str:
    """Return the end of a sentence about a name that is not known: the nearest right one, or all."""
    near = difflib.get_close_matches(name.replace("-", "_"), names, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."


def _section(document: dict[str, Any], name: str, readers: dict[str, _Reader]) -> dict[str, Any]:
    table = _table(name, document.get(name, {}))
    _known(name, table, tuple(readers))
    return {key: readers[key](f"{name}.{key}", value) for key, value in table.items()}


def _known(place: str, table: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in table:
        if name not in names:
            where = f"{place}.{name}" if place else name
            raise ConfigError(f"{where} is not known. {nearest(name, names)}")


def _variable(place: str, value: Any) -> str:
    match = _VARIABLE.fullmatch(_text(place, value))
    if match is None:
        raise ConfigError(
            f'{place} holds a key itself, for everybody to read. Write "${{NAME}}", and put the key into the '
            "environment variable NAME."
        )
    return match[1]


def _wrong(place: str, wanted: str, value: Any) -> ConfigError:
    return ConfigError(f"{place} has to be {wanted}, not {value!r}.")


def _text(place: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(place, "a text", value)
    return value


def _any_text(place: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(place, "a text", value)
    return value


def _texts(place: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise _wrong(place, "a list of texts", value)
    return tuple(_text(f"{place}[{index}]", each) for index, each in enumerate(value))


def _header_value(place: str, value: str) -> str:
    if not value.isprintable() or not value.isascii():
        raise ConfigError(f"{place} holds characters that no header can.")
    return value


def _flag(place: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(place, "true or false", value)
    return value


def _positive(place: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise _wrong(place, "a number above 0", value)
    return float(value)


def _whole_from(least: int) -> _Reader:
    def read(place: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise _wrong(place, f"a whole number from {least} on", value)
        return value

    return read


def _one_of(names: tuple[str, ...]) -> _Reader:
    def read(place: str, value: Any) -> str:
        if value not in names:
            raise _wrong(place, f"one of {', '.join(names)}", value)
        return str(value)

    return read


def _path_in(folder: Path) -> _Reader:
    return lambda place, value: folder / Path(_text(place, value)).expanduser()


def _table(place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(place, "a table", value)
    return value
