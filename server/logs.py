"""Logs: one event a line, to standard error. People get colours on a terminal, machines get JSON."""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

import orjson
import structlog
from structlog.typing import Processor

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logs(
    level: Literal["debug", "info", "warning", "error"], log_format: Literal["auto", "console", "json"]
) -> None:
    """Send our own lines and those of the libraries through one form.

    Tracebacks are printed without the values of variables: those hold API keys.
    """
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_as_json)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    if not console:
        # Straight to the file: the standard library's way takes longer than a short request.
        structlog.configure(
            processors=[*shared, *renderer],
            logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *renderer,
                *([] if console else [_decoded]),
            ],
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


def _as_json(event: Mapping[str, Any], default: Callable[[Any], Any]) -> bytes:
    try:
        return orjson.dumps(event, default=default)
    except TypeError:
        # Half of a surrogate pair, which is no UTF-8, or a number of more than 64 bits.
        return json.dumps(event, default=default).encode()


def _decoded(_logger: Any, _method: str, line: Any) -> str:
    text: str = line.decode()
    return text
