"""Logs: one event a line, to standard error. People get colours on a terminal, machines get JSON."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from select import PIPE_BUF
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

log_context: ContextVar[Mapping[str, object]] = ContextVar("log_context", default=MappingProxyType({}))
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
        _add_context,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor
    if console:
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
        )
    else:
        renderer = _json_text
        # Straight to the file: the standard library's way takes longer than an answer from memory.
        structlog.configure(processors=[*shared, _json_line], logger_factory=NamedLogger)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]), cache_logger_on_first_use=True
    )
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


class NamedLogger(structlog.BytesLogger):
    """Writes lines to standard error, for whoever logs under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(sys.stderr.buffer)
        self.name = name


AccessLog: TypeAlias = Callable[[Mapping[str, object]], None]
"""Logs the facts of an answer."""


def access_log() -> AccessLog:
    """Return the access log, in the form and at the level that logs are configured for."""
    log: FilteringBoundLogger = structlog.get_logger("access").bind()
    if log.is_enabled_for(logging.INFO) and structlog.get_config()["logger_factory"] is NamedLogger:
        return JsonAccessLog(NamedLogger("access")).add
    return lambda facts: log.info("request", **facts)


class JsonAccessLog:
    """Makes the line of an answer in one step, and writes the lines of one turn of the event loop together.

    A chain of processors and a call of the system for each line take longer than the rest of an answer from
    memory. The lines are those that structlog would make.
    """

    def __init__(self, logger: NamedLogger) -> None:
        self._logger = logger
        self._lines: list[bytes] = []
        self._octets = 0

    def add(self, facts: Mapping[str, object]) -> None:
        """Note that a request was answered just now; the line is written when the event loop turns."""
        event = {**facts, "event": "request", **log_context.get(), "level": "info"}
        line = _as_json({**event, "logger": self._logger.name, "timestamp": datetime.now(UTC)})
        octets = len(line) + len(b"\n")
        if self._octets + octets > PIPE_BUF:
            # Workers share standard error, and what is longer than this a pipe may mix with lines of others.
            self._write()
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._write)
        self._lines.append(line)
        self._octets += octets

    def _write(self) -> None:
        if self._lines:
            text = b"\n".join(self._lines)
            self._lines.clear()
            self._octets = 0
            self._logger.msg(text)


def _add_context(_logger: Any, _method: str, event: EventDict) -> EventDict:
    event.update(log_context.get())
    return event


def _json_text(_logger: Any, _method: str, event: EventDict) -> str:
    return _as_json(event).decode()


def _json_line(_logger: Any, _method: str, event: EventDict) -> bytes:
    return _as_json(event)


def _as_json(event: EventDict) -> bytes:
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(None, "", event)
    try:
        return orjson.dumps(event, default=repr, option=orjson.OPT_UTC_Z)
    except TypeError:
        # Half of a surrogate pair, which is no UTF-8, or a number of more than 64 bits.
        return json.dumps(event, default=_shown).encode()


def _shown(value: object) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(value, datetime) else repr(value)
