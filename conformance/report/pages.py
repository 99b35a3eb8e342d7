"""HTML pages of one file: style and script stand in them, and their policy allows nothing else."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from conformance.report import words

_FOLDER = Path(__file__).parent / "page"
_SHOWN_BODY = 20_000
"""How many characters of a body are shown; the suite keeps 4,096 octets, which escapes make longer."""


def page(template: str, script: str | None, **values: Any) -> str:
    """Return a page made of a template, the style of all pages and, if it has one, a script."""
    style, code = _inlined("report.css"), _inlined(script) if script else None
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; "
        f"script-src {_quoted(code)}; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return _template(template).render(
        style=style, script=code, policy=policy, statuses=words.STATUSES, **values
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "sentence": _sentence,
        "anchor": lambda text: quote(text, safe=""),
        "duration": words.duration,
        "path": _path,
        "value": lambda value: _cut(json.dumps(value, ensure_ascii=False), 80),
        "cut": lambda text: _cut(text, _SHOWN_BODY),
    }
    return environment.get_template(name)


@cache
def _inlined(name: str) -> Markup:
    """Return a file of this package, as it stands in the page."""
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704  no text of a run is in it


def _digest(text: str) -> str:
    """Return how a content security policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _quoted(code: str | None) -> str:
    return "'none'" if code is None else f"'{_digest(code)}'"


def _sentence(text: str) -> Markup:
    """Return a sentence in which what stands between backticks is code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )


def _path(url: str) -> str:
    """Return the path of a URL, with its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + " … (cut here; the rest is in results.json)"
