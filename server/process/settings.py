"""Every setting, once. Each is read from the environment as `ACCESS_PROFILES_` and its name in capitals."""

import os
import re
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

PREFIX = "ACCESS_PROFILES_"

MEMORY_MIB = 32
"""How much of answers is remembered by default: about 10,000 profiles."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The server's settings."""

    host: Annotated[str, Meta(description="The address to listen on.")] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="The port to listen on, up to 65535; 0 takes a free one.")
    ] = 8080
    store: Annotated[
        str,
        Meta(
            description="Where everything is kept: sqlite:///FILE, postgresql://USER@HOST/DB, or memory:, "
            "which ends with the process."
        ),
    ] = "sqlite:///var/access-profiles.db"
    workers: Annotated[
        int,
        Meta(
            ge=1,
            description="How many processes serve, from 1 on; more than one for more than one core, "
            "and not on memory:.",
        ),
    ] = 1
    memory_mib: Annotated[
        int,
        Meta(
            ge=0,
            description="How much memory each process may use for answers that it gives again, in MiB; "
            "with 0 every answer is made anew.",
        ),
    ] = MEMORY_MIB
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="The least serious kind of line to log: debug, info, warning or error."),
    ] = "info"
    log_format: Annotated[
        Literal["auto", "console", "json"],
        Meta(description="How to log: console, json, or auto: console on a terminal, json elsewhere."),
    ] = "auto"

    @property
    def shown_store(self) -> str:
        """The store's URL without its passwords."""
        without = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", self.store)
        return re.sub(r"(?i)([?&][^=&]*password=)[^&]*", r"\1***", without)

    def described(self) -> list[dict[str, Any]]:
        """Return every setting: name, value (no secrets), environment variable and purpose."""
        return [
            {
                "name": name,
                "value": self.shown_store if name == "store" else getattr(self, name),
                "variable": variable(name),
                "description": description(name),
            }
            for name in self.__struct_fields__
        ]


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def description(name: str) -> str:
    """Return what a setting is for."""
    text: str = get_type_hints(Settings, include_extras=True)[name].__metadata__[0].description
    return text


def load_settings(**given: str) -> Settings:
    """Return the settings: what is given wins over the environment, and that over the defaults.

    Raises:
        ValueError: a value makes no sense; the text names its variable, and says what it is for.
    """
    found = {name: os.environ.get(variable(name)) for name in Settings.__struct_fields__}
    values = {name: value for name, value in found.items() if value is not None} | given
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        # Such as "Expected `int` <= 65535 - at `$.port`".
        fault, _, place = str(error).partition(" - at `$.")
        name = place.rstrip("`")
        raise ValueError(f"{variable(name)}: {fault}. {description(name)}") from None
