"""Logs: one event a line, to standard error. People get colours on a terminal, machines get JSON."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import orjson
import structlog
from structlog.typing import EventDict, Processor

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

surroundings: ContextVar[Mapping[str, object]] = ContextVar("surroundings", default=MappingProxyType({}))
"""What every line tells beside its event: the worker, the request.

One variable for all of it: structlog's own way looks through every variable that there is.
"""


def configure_logs(
    level: Literal["debug", "info", "warning", "error"], log_format: Literal["auto", "console", "json"]
) -> None:
    """Send our own lines and those of the libraries through one form.

    Tracebacks are printed without the values of variables: those hold API keys.
    """
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        _add_surroundings,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    wrapper: type = structlog.make_filtering_bound_logger(_LEVELS[level])
    renderer: Processor
    if console:
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
        )
    else:
        renderer = _json_text
        # Straight to the file: a chain of processors, and even more so the standard library's way, takes
        # longer than the rest of an answer from memory.
        structlog.configure(logger_factory=StandardError)
        wrapper = type("JsonLogger", (JsonLines, wrapper), {})
    structlog.configure(wrapper_class=wrapper, cache_logger_on_first_use=True)
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    # The access log is ours, with the operation and the key's name.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error", "connexion", "alembic"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).setLevel(max(_LEVELS[level], logging.WARNING))


class StandardError:
    """Standard error, written to at once: what is handed over is one call of the system."""

    def __init__(self, name: str) -> None:
        """Take the name of the logger that writes."""
        self.name = name
        # There is no buffer when Python was told to do without.
        self._file = getattr(sys.stderr.buffer, "raw", sys.stderr.buffer)

    def write(self, lines: bytes) -> None:
        """Write lines. Where nobody reads fast enough and the system does not wait, their rest is lost."""
        while lines and (written := self._file.write(lines)):
            lines = lines[written:]


class JsonLines(structlog.BoundLoggerBase):
    """A logger whose lines are JSON, made in one step."""

    def line(self, level: str, event: str | None, facts: Mapping[str, object]) -> bytes:
        """Return a line."""
        return _as_json(
            {
                "event": event,
                "timestamp": datetime.now(UTC),
                **surroundings.get(),
                # They win: lines that are written later than what they tell of bring its time and request.
                **facts,
                "level": level,
                "logger": self._logger.name,
            }
        )

    def write(self, lines: bytes) -> None:
        """Write lines, whatever the level that is asked for."""
        self._logger.write(lines)

    # What structlog calls for events that the level lets through.
    def _proxy_to_logger(self, method_name: str, event: str | None = None, **facts: Any) -> None:
        self.write(self.line(method_name, event, facts))


AccessLog: TypeAlias = Callable[[dict[str, object]], None]
"""Logs the facts of an answer, which are then its own."""


def access_log() -> AccessLog:
    """Return what logs the facts of an answer."""
    log: Any = structlog.get_logger("access").bind()
    if log.is_enabled_for(logging.INFO) and isinstance(log, JsonLines):
        return AccessLines(log).add
    return lambda facts: log.info("request", **facts)


class AccessLines:
    """Writes what is answered in one turn of the event loop in one go.

    Line by line, through structlog or not, takes longer than the rest of an answer from memory.
    """

    def __init__(self, log: JsonLines) -> None:
        self._log = log
        self._waiting: list[dict[str, object]] = []

    def add(self, facts: dict[str, object]) -> None:
        """Note the facts of an answer, and when it was given."""
        facts["timestamp"] = datetime.now(UTC)
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._write)
        self._waiting.append(facts)

    def _write(self) -> None:
        lines = [self._log.line("info", "request", facts) for facts in self._waiting]
        self._waiting.clear()
        self._log.write(b"".join(lines))


def _add_surroundings(_logger: Any, _method: str, event: EventDict) -> EventDict:
    event.update(surroundings.get())
    return event


def _json_text(_logger: Any, _method: str, event: EventDict) -> str:
    # Whoever gets it ends the line.
    return _as_json(event).decode().rstrip()


def _as_json(event: EventDict) -> bytes:
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(None, "", event)
    try:
        return orjson.dumps(event, default=repr, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Half of a surrogate pair, which is no UTF-8, or a number of more than 64 bits.
        return json.dumps(event, default=_shown).encode() + b"\n"


def _shown(value: object) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(value, datetime) else repr(value)
