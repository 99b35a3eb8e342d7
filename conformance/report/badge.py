"""A badge: what shields.io asks for, and a picture that needs nobody."""

import json
from xml.sax.saxutils import escape

from conformance.report.document import Document
from conformance.report.figures import figures

_LABEL = "conformance"
_PADDING = 6
# Advance widths of Verdana at 11 px; what is not listed is as wide as a digit.
_CLASSES = {3.5: "ijl.,:;'|! ", 4.5: "ft/()-I", 5.5: "rscz", 6.5: "aegkvxyo", 11.0: "mw"}
_WIDTHS = {character: width for width, characters in _CLASSES.items() for character in characters}
_COLOURS = {
    "brightgreen": "#2f7d32",
    "green": "#4d7a1f",
    "yellow": "#8a6100",
    "red": "#b3261e",
    "lightgrey": "#5f6368",
}


def render(document: Document) -> str:
    """Return the JSON of a shields.io endpoint badge (https://shields.io/badges/endpoint-badge)."""
    message, colour = _message(document)
    badge = {
        "schemaVersion": 1,
        "label": _LABEL,
        "message": message,
        "color": colour,
        "isError": document["exit_code"] == 4,
    }
    return json.dumps(badge) + "\n"


def render_svg(document: Document) -> str:
    """Return the same as a picture, whose text a screen reader can read."""
    message, colour = _message(document)
    left, right = _width(_LABEL), _width(message)
    width, title = left + right, escape(f"{_LABEL}: {message}")
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{title}">
<title>{title}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="{left}" height="20" fill="#3c4043"/>
<rect x="{left}" width="{right}" height="20" fill="{_COLOURS[colour]}"/>
</g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">
<text x="{left / 2}" y="14" textLength="{left - 2 * _PADDING}">{_LABEL}</text>
<text x="{left + right / 2}" y="14" textLength="{right - 2 * _PADDING}">{escape(message)}</text>
</g>
</svg>
"""


def _message(document: Document) -> tuple[str, str]:
    totals, found = document["totals"], figures(document)
    match document["exit_code"]:
        case 0 if found.claimed == found.all:
            return f"{found.score} {found.what}", "brightgreen"
        case 0:
            return f"{found.score} of {found.all} {found.what}", "green"
        case 1:
            counted = ("FAIL", "WARN") if document["strict"] else ("FAIL",)
            failed = sum(totals["statuses"].get(status, 0) for status in counted)
            return f"{failed:,} failed", "red"
        case 5:
            return f"{found.score} {found.what}, stale list", "yellow"
        case 3:
            return f"{found.score} {found.what}, incomplete", "yellow"
        case _:
            return "no verdict", "lightgrey"


def _width(text: str) -> int:
    return round(sum(_WIDTHS.get(character, 7.0) for character in text)) + 2 * _PADDING
