"""The 30-minute rate by city and hour: where and when deliveries are late."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from dashboards import texts
from dashboards.figures.palette import ABOVE_TARGET, BELOW_TARGET, FONT_FAMILY, INK, SOFT_INK, SURFACE, TOO_FEW
from dashboards.formatting import format_count, format_share
from dashboards.texts import Language

FEWEST_DELIVERIES = 20
"""Below this a cell is grey: the 95 % interval of a rate near 0.9 is then wider than 25 points."""

_ROW_PIXELS, _FRAME_PIXELS = 38, 92


def city_hours(cells: pl.DataFrame, target: float | None, language: Language) -> go.Figure:
    """Draw the heat map: the sum over all cities on top, below it the cities, the latest deliveries first.

    Args:
        cells: ``city_zh``, ``city_en``, ``paid_hour``, ``deliveries``, ``within_30_minutes``; a pair at most once.
        target: share at which the colours part; None parts them at the overall rate.
        language: of names and hover texts.
    """
    hours = list(range(_extreme(cells, "min"), _extreme(cells, "max") + 1))
    counted = _with_total(cells, language)
    names = counted["name"].unique(maintain_order=True).to_list()
    by_cell = {(name, hour): (count, hits) for name, hour, count, hits in counted.iter_rows()}
    shares = [[by_cell.get((name, hour), (0, 0)) for hour in hours] for name in names]
    middle = (
        target if target is not None else float(cells["within_30_minutes"].sum()) / float(cells["deliveries"].sum())
    )
    trusted = [hits / count for row in shares for count, hits in row if count >= FEWEST_DELIVERIES]
    low = max(0.0, min([*trusted, middle - 0.05]) - 0.02)

    figure = go.Figure()
    labels = [f"{hour:02d}" for hour in hours]
    figure.add_trace(
        go.Heatmap(
            x=labels,
            y=names,
            z=[[1 if 0 < count < FEWEST_DELIVERIES else None for count, _ in row] for row in shares],
            customdata=[[texts.HOVER_FEW(language, count=count) for count, _ in row] for row in shares],
            colorscale=[[0, TOO_FEW], [1, TOO_FEW]],
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="%{y} %{x}:00<br>%{customdata}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Heatmap(
            x=labels,
            y=names,
            z=[[hits / count if count >= FEWEST_DELIVERIES else None for count, hits in row] for row in shares],
            text=[
                [f"{hits / count:.0%}" if count >= FEWEST_DELIVERIES else "" for count, hits in row] for row in shares
            ],
            customdata=[[_hover(count, hits, language) for count, hits in row] for row in shares],
            texttemplate="%{text}",
            textfont={"size": 11},
            zmin=low,
            zmax=1.0,
            colorscale=_scale(low, middle),
            colorbar={"tickformat": ".0%", "thickness": 10, "outlinewidth": 0, "len": 1.0, "x": 1.01},
            xgap=2,
            ygap=2,
            hovertemplate="%{y} %{x}:00<br>%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(
        height=_FRAME_PIXELS + _ROW_PIXELS * len(names),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=SURFACE,
        plot_bgcolor=SURFACE,
        font={"family": FONT_FAMILY, "size": 12, "color": INK},
        xaxis={"title": {"text": texts.HOUR(language), "font": {"size": 12, "color": SOFT_INK}}, "type": "category"},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category", "ticklabelstandoff": 6},
        hoverlabel={"font": {"family": FONT_FAMILY, "size": 13}},
    )
    # Nothing to zoom into, and a finger on the map should scroll the page.
    figure.update_xaxes(showgrid=False, zeroline=False, ticks="", automargin=True, fixedrange=True)
    figure.update_yaxes(showgrid=False, zeroline=False, ticks="", fixedrange=True)
    return figure


def _extreme(cells: pl.DataFrame, which: str) -> int:
    return int(cells.select(getattr(pl.col("paid_hour"), which)()).item())


def _with_total(cells: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Cells with the city's ``name``; the sum over all cities first if there are several."""
    share = pl.col("within_30_minutes").sum().over("city_zh") / pl.col("deliveries").sum().over("city_zh")
    rows = cells.sort(share, "city_en", "paid_hour").select(
        pl.col(f"city_{language}").alias("name"), "paid_hour", "deliveries", "within_30_minutes"
    )
    if rows["name"].n_unique() < 2:
        return rows
    total = rows.group_by("paid_hour").agg(pl.col("deliveries", "within_30_minutes").sum()).sort("paid_hour")
    return pl.concat([total.with_columns(name=pl.lit(texts.CITY_HOURS_ALL(language))).select(rows.columns), rows])


def _hover(count: int, hits: int, language: Language) -> str:
    if count == 0:
        return ""
    parts = (
        texts.HOVER_RATE(language, rate=format_share(hits / count)),
        texts.HOVER_COUNT(language, hits=format_count(hits), count=format_count(count)),
    )
    return "<br>".join(parts)


def _scale(low: float, middle: float) -> list[tuple[float, str]]:
    """Colours from ``low`` to 1, changing from warm to cool exactly at ``middle``."""
    turn = min(max((middle - low) / (1.0 - low), 0.01), 0.99) if low < 1.0 else 0.5
    below = [(turn * step / 2, colour) for step, colour in enumerate(BELOW_TARGET)]
    above = [(turn + (1 - turn) * step / 2, colour) for step, colour in enumerate(ABOVE_TARGET)]
    return below + above
