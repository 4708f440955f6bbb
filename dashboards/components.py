"""Building blocks of pages: texts and figures in, Dash components out."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards import texts
from dashboards.figures.sparkline import HEIGHT, WIDTH, sparkline
from dashboards.texts import Language
from dashboards.tiles import ChangeLine, TargetLine, Tile


def aria(**attributes: str) -> dict[str, Any]:
    """Accessibility attributes, e.g. ``aria(current="page")``; a dict because their names hold a dash."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def kpi_tile(tile: Tile, language: Language) -> Component:
    """One KPI: value, trend, target, change, n and interval; its definition on hover, focus or touch."""
    image = sparkline(tile.trend, tile.target_value)
    return html.Article(
        [
            html.Header([html.H3(tile.name), _definition(tile, language)], className="tile-head"),
            html.Div(
                [
                    html.Div(tile.value, className="tile-value", id=f"value-{tile.code}"),
                    html.Img(src=image, alt=tile.trend_text, title=tile.trend_text, width=WIDTH, height=HEIGHT)
                    if image
                    else None,
                ],
                className="tile-figure",
            ),
            html.Div(_target(tile.target, language), className="tile-line") if tile.target else None,
            html.Div(_change(tile.change), className="tile-change") if tile.change else None,
            html.Div(
                [html.Div(text) for text in (tile.precision, tile.note) if text],
                className="tile-foot",
            ),
        ],
        className="card tile",
        id=f"tile-{tile.code}",
    )


def target_summary(tiles: list[Tile], language: Language) -> str:
    """How many KPIs meet their target, in a sentence; empty if none has a figure and a target."""
    verdicts = [tile.target.is_met for tile in tiles if tile.target and tile.target.is_met is not None]
    if not verdicts:
        return ""
    met = sum(verdicts)
    return texts.TARGET_SUMMARY(language, total=len(verdicts), met=met, missed=len(verdicts) - met)


def message(title: str, body: str, action: Component | None = None) -> Component:
    """A page that has nothing to show, and what to do."""
    return html.Main(
        [html.H1(title), html.P(body), action],
        className="message card",
    )


def _definition(tile: Tile, language: Language) -> Component:
    label = html.Div([html.Div(tile.definition), html.Div(tile.owner, className="tooltip-owner")])
    return dmc.Tooltip(
        html.Button("i", className="info", type="button", **aria(label=texts.DEFINITION(language))),
        label=label,
        multiline=True,
        w=320,
        withArrow=True,
        position="bottom-end",
        events={"hover": True, "focus": True, "touch": True},
    )


def _target(target: TargetLine, language: Language) -> list[Component]:
    wording = html.Span(target.text, className="soft")
    if target.is_met is None:
        return [wording]
    sign, text, kind = ("✓", texts.ON_TARGET, "good") if target.is_met else ("✗", texts.OFF_TARGET, "bad")
    return [html.Span([html.B(sign), text(language)], className=f"pill {kind}"), wording]


def _change(change: ChangeLine) -> list[Component]:
    against = html.Div(change.against, className="soft")
    if not change.arrow:
        return [against]
    amount = html.Div(
        [html.B(change.arrow), f"{change.amount} ", html.Span(change.judgement, className="judgement")],
        className=f"change {change.verdict}",
    )
    return [amount, against]
