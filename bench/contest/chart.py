"""The ratios as a picture: a bar for each, on a logarithmic scale, and a mark where it is meant to reach."""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

LABELS, WIDTH, ROW, HEAD = 390, 1000, 26, 64
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100)
MET, MISSED, UNBOUND = "#2a7a4b", "#c0392b", "#5b6b7b"

TITLE = (
    "Requests per second, as a multiple of the rival's (p99: the rival's milliseconds as a multiple of ours)"
)
NOTE = "green: as meant; red: less than meant; grey: nothing was promised; line: what was meant"


def chart(ratios: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows of `report.rows` as an SVG."""
    height = HEAD + ROW * len(ratios) + 30
    root = Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {height}", "role": "img"},
        **{"font-family": "sans-serif", "font-size": "13"},
    )
    SubElement(root, "rect", width=str(WIDTH), height=str(height), fill="white")
    _text(root, 12, 22, TITLE, size=15)
    _text(root, 12, 42, NOTE, fill=UNBOUND)
    for tick in TICKS:
        _line(root, _across(tick), HEAD - 8, height - 24, "#dddddd")
        _text(root, _across(tick), height - 8, f"{tick:g}", anchor="middle", fill=UNBOUND)
    for number, row in enumerate(ratios):
        _bar(root, HEAD + ROW * number, row)
    drawn: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return drawn


def _bar(root: Element, top: int, row: Mapping[str, Any]) -> None:
    ratio, target = row["ratio"], row["target"]
    fill = UNBOUND if target is None else MET if ratio >= target else MISSED
    start, end = sorted((_across(1), _across(ratio)))
    _text(root, LABELS - 12, top + 14, f"{row['work']} / {row['rival']}", anchor="end")
    SubElement(
        root, "rect", x=f"{start:.1f}", y=str(top), width=f"{max(end - start, 1):.1f}", height="18", fill=fill
    )
    _text(root, end + 6, top + 14, f"{ratio:g}")
    if target is not None:
        _line(root, _across(target), top - 3, top + 21, "black")


def _across(ratio: float) -> float:
    """Return where a ratio lies."""
    low, high = math.log(TICKS[0]), math.log(TICKS[-1])
    share = (math.log(min(max(ratio, TICKS[0]), TICKS[-1])) - low) / (high - low)
    return LABELS + share * (WIDTH - LABELS - 60)


def _line(root: Element, x: float, top: int, bottom: int, stroke: str) -> None:
    SubElement(root, "line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=str(top), y2=str(bottom), stroke=stroke)


def _text(
    root: Element, x: float, y: int, text: str, *, anchor: str = "start", fill: str = "black", size: int = 13
) -> None:
    attributes = {"x": f"{x:.1f}", "y": str(y), "text-anchor": anchor, "fill": fill, "font-size": str(size)}
    SubElement(root, "text", attributes).text = text
