"""The ratios as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pygal
from pygal.style import Style

COLOURS = ("#2a7a4b", "#c0392b", "#5b6b7b")


def chart(ratios: Sequence[Mapping[str, Any]]) -> bytes:
    """Return bars of the ratios beside what they are meant to be, as an SVG that runs no script."""
    plot = pygal.HorizontalBar(
        style=Style(colors=COLOURS, background="white", plot_background="white", font_family="sans-serif"),
        title="Times the rival's requests per second (of p99: times our milliseconds), logarithmic",
        logarithmic=True,
        js=[],
        width=1000,
        height=60 + 42 * len(ratios),
        legend_at_bottom=True,
        print_values=True,
        value_formatter=lambda value: f"{value:g}",
        truncate_label=-1,
        show_minor_y_labels=False,
    )
    turned = list(reversed(ratios))
    plot.x_labels = [f"{row['work']} / {row['rival']}" for row in turned]
    plot.add("measured, median", [row["ratio"] for row in turned])
    plot.add("meant, at least", [row["target"] for row in turned])
    rendered: bytes = plot.render(disable_xml_declaration=False)
    return rendered
