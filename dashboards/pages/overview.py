"""The overview: every KPI of the catalogue as a tile, and where and when deliveries are late."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboards import queries, texts
from dashboards.components import kpi_tile, target_summary
from dashboards.figures.city_hours import FEWEST_DELIVERIES, city_hours
from dashboards.formatting import format_share
from dashboards.page import Page, PageContext
from dashboards.tiles import Tile, kpi_tiles

RATE = "delivery_30min_rate"
"""KPI that the heat map takes apart."""


def _content(context: PageContext) -> Component:
    language, state = context.language, context.state
    tiles = kpi_tiles(context.connection, state, language)
    span = texts.ONE_DAY if state.length_days == 1 else texts.DAY_SPAN
    period = span(language, start=state.date_from, end=state.date_to, days=state.length_days)
    return html.Main(
        [
            html.Div(
                [
                    html.H1(texts.OVERVIEW(language)),
                    html.P(period, id="period"),
                    html.P(target_summary(tiles, language), className="summary"),
                ],
                className="title",
            ),
            html.Section([kpi_tile(tile, language) for tile in tiles], className="tiles"),
            _city_hours(context, {tile.code: tile for tile in tiles}),
        ]
    )


def _city_hours(context: PageContext, tiles: dict[str, Tile]) -> Component | None:
    if RATE not in tiles:
        return None
    language, target = context.language, tiles[RATE].target_value
    cells = queries.deliveries_by_city_hour(context.connection, context.state)
    note = texts.CITY_HOURS_NOTE if target is not None else texts.CITY_HOURS_NOTE_NO_TARGET
    if cells.is_empty():
        body = [html.P(texts.CITY_HOURS_EMPTY(language), className="soft")]
    else:
        shown = format_share(target) if target is not None else ""
        graph = dcc.Graph(
            id="city-hours",
            figure=city_hours(cells, target, language),
            config={"displayModeBar": False, "responsive": True},
        )
        body = [
            html.P(note(language, fewest=FEWEST_DELIVERIES, target=shown), className="soft"),
            html.Div(html.Div(graph, className="wide"), className="scroll"),
        ]
    return html.Section(
        [html.H2(texts.CITY_HOURS_TITLE(language, kpi=tiles[RATE].name)), *body], className="card panel"
    )


PAGE = Page(path="/", title=texts.OVERVIEW, order=1, content=_content)
