"""Every setting, once. Each is read from the environment as `ACCESS_PROFILES_` and its name in capitals."""

import re
from typing import Any, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ACCESS_PROFILES_"


class Settings(BaseSettings):
    """The server's settings."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    store: str = Field(
        default="sqlite:///var/access-profiles.db",
        description="Where everything is kept: sqlite:///FILE, postgresql://USER@HOST/DB, or memory:, "
        "which ends with the process.",
    )
    workers: int = Field(
        default=1,
        ge=1,
        description="How many processes serve; more than one for more than one core, and not on memory:.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least serious kind of line to log."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="How to log: auto is console on a terminal and json elsewhere."
    )

    @property
    def shown_store(self) -> str:
        """The store's URL without its passwords."""
        without = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", self.store)
        return re.sub(r"(?i)([?&][^=&]*password=)[^&]*", r"\1***", without)

    def described(self) -> list[dict[str, Any]]:
        """Return every setting: name, value (no secrets), environment variable and purpose."""
        values = self.model_dump() | {"store": self.shown_store}
        return [
            {
                "name": name,
                "value": values[name],
                "variable": f"{PREFIX}{name.upper()}",
                "description": field.description,
            }
            for name, field in type(self).model_fields.items()
        ]
