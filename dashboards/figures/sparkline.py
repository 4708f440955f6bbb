"""A trend the size of a word: an SVG image, drawn on the server, nothing to run in the browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from dashboards.figures.palette import BRAND, LINE, TREND

WIDTH, HEIGHT, MARGIN = 132, 40, 4


def sparkline(values: Sequence[float | None], target: float | None = None) -> str | None:
    """Draw ``values`` in their order as a line, gaps where one is None, the last one marked, the target dashed.

    Returns:
        A ``data:`` URI of an SVG, or None with fewer than two figures, which make no trend.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    # A target far off would flatten the line; then it is left out.
    reach = (high - low) or abs(high) or 1.0
    shows_target = target is not None and low - reach <= target <= high + reach
    if shows_target and target is not None:
        low, high = min(low, target), max(high, target)
    span = (high - low) or 1.0

    def x(position: int) -> float:
        return MARGIN + position * (WIDTH - 2 * MARGIN) / (len(values) - 1)

    def y(value: float) -> float:
        return HEIGHT - MARGIN - (value - low) * (HEIGHT - 2 * MARGIN) / span

    parts = []
    if shows_target and target is not None:
        level = f"{y(target):.1f}"
        parts.append(
            f'<line x1="0" x2="{WIDTH}" y1="{level}" y2="{level}" stroke="{TREND}" stroke-opacity=".65"'
            ' stroke-dasharray="2 3"/>'
        )
    else:
        parts.append(f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT - 1}" y2="{HEIGHT - 1}" stroke="{LINE}"/>')
    for run in _runs(values):
        points = " ".join(f"{x(position):.1f},{y(value):.1f}" for position, value in run)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{BRAND}" stroke-width="1.6" stroke-linejoin="round"'
            ' stroke-linecap="round"/>'
        )
    last = max(position for position, value in enumerate(values) if value is not None)
    parts.append(f'<circle cx="{x(last):.1f}" cy="{y(values[last] or 0.0):.1f}" r="2.6" fill="{BRAND}"/>')
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"{''.join(parts)}</svg>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches without a gap, as (position, value)."""
    runs: list[list[tuple[int, float]]] = [[]]
    for position, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((position, value))
    return [run for run in runs if run]
