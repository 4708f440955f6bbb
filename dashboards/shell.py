"""What every page has in common: header, filters, footer, and one pinned snapshot per page load."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboards import queries, texts
from dashboards.components import aria, message
from dashboards.figures.palette import FONT_FAMILY
from dashboards.page import Page, PageContext
from dashboards.state import PRESET_DAYS, City, PageState, link, read_language, read_state
from dashboards.texts import LANGUAGE_NAMES, Language
from warehouse.settings import Settings
from warehouse.snapshots import NoSnapshotError, Snapshot, open_current

LOGGER = logging.getLogger(__name__)
THEME: Any = {
    "primaryColor": "brand",
    "primaryShade": 7,
    "colors": {
        "brand": [
            "#f0faf8", "#dcf1ed", "#b5e0d9", "#8accc1", "#5fb5a8",
            "#3a9c8f", "#1f877b", "#0f766e", "#0c5f59", "#094a45",
        ]
    },
    "fontFamily": FONT_FAMILY,
    "defaultRadius": "md",
}  # fmt: skip


def render(page: Page, pages: Sequence[Page], settings: Settings, **parameters: Any) -> Component:
    """Draw ``page`` for the URL ``parameters`` from the snapshot that is current now.

    Never raises: without a snapshot, and after an error, the page says so in words.
    """
    language = read_language(parameters)
    try:
        snapshot = open_current(settings.zones)
        return _draw(page, pages, settings, snapshot, language, parameters)
    except NoSnapshotError:
        body = message(texts.NOTHING_PUBLISHED(language), texts.NOTHING_PUBLISHED_BODY(language), _reload(language))
    except Exception:
        reference = uuid.uuid4().hex[:8]
        LOGGER.exception("page %s failed (reference %s)", page.path, reference)
        text = texts.FAILED_BODY(language, reference=reference)
        body = message(texts.FAILED(language), text, _reload(language))
    return html.Div([_header(page, pages, language, None), body])


def register_callbacks(app: Dash) -> None:
    """Let the filters write the URL; the URL then draws the page (``static/dashboard.js``)."""
    app.clientside_callback(
        ClientsideFunction("dashboards", "write_url"),
        Output("_pages_location", "search"),
        Input("filter-dates", "value"),
        Input("filter-region", "value"),
        Input("filter-city", "value"),
        State("shown", "data"),
        prevent_initial_call=True,
    )


def _draw(
    page: Page,
    pages: Sequence[Page],
    settings: Settings,
    snapshot: Snapshot,
    language: Language,
    parameters: dict[str, Any],
) -> Component:
    with snapshot.connect() as connection:
        cities = queries.cities(connection)
        as_of = snapshot.manifest.as_of_date
        first_day = min(queries.first_days(connection).values(), default=as_of)
        state, notices = read_state(parameters, first_day, as_of, cities, language)
        content = page.content(PageContext(language, state, snapshot, connection))
    return html.Div(
        [
            _header(page, pages, language, state),
            html.Div(
                [
                    _filters(page, language, state, cities, first_day, as_of),
                    *[html.P(notice, className="notice", role="status") for notice in notices],
                    content,
                ],
                className="page",
            ),
            _footer(snapshot, settings, language),
            dcc.Store(
                id="shown",
                data={
                    "dates": [state.date_from.isoformat(), state.date_to.isoformat()],
                    "days": state.days,
                    "region": state.region,
                    "city": state.city,
                    "lang": language,
                    "htmlLang": texts.HTML_LANGUAGES[language],
                },
            ),
        ]
    )


def _header(page: Page, pages: Sequence[Page], language: Language, state: PageState | None) -> Component:
    def entry(other: Page) -> Component:
        current = aria(current="page") if other is page else {}
        return html.Span(
            dcc.Link(other.title(language), href=link(other.path, language, state)), className="entry", **current
        )

    def choice(other: Language) -> Component:
        name = LANGUAGE_NAMES[other]
        if other == language:
            return html.Span(name, className="choice", **aria(current="true"))
        return dcc.Link(name, href=link(page.path, other, state), className="choice", id=f"language-{other}")

    return html.Header(
        html.Div(
            [
                html.Div([html.Span("✚", className="mark", **aria(hidden="true")), texts.PRODUCT(language)]),
                html.Nav(
                    [entry(other) for other in pages if other.is_listed], **aria(label=texts.NAVIGATION(language))
                ),
                html.Div(
                    [choice(other) for other in LANGUAGE_NAMES],
                    className="choices",
                    role="group",
                    **aria(label=texts.CHOOSE_LANGUAGE(language)),
                ),
            ]
        ),
        className="top",
    )


def _filters(
    page: Page, language: Language, state: PageState, cities: Sequence[City], first_day: date, as_of: date
) -> Component:
    regions = {city.region_zh: getattr(city, f"region_{language}") for city in cities}
    shown_cities = [city for city in cities if state.region in (None, city.region_zh)]

    def preset(days: int) -> Component:
        text = texts.LAST_DAYS(language, days=days)
        if state.days == days:
            return html.Span(text, className="choice", **aria(current="true"))
        return dcc.Link(text, href=link(page.path, language, replace(state, days=days)), className="choice")

    def select(name: str, label: str, everything: str, data: list[dict[str, str]], value: str | None) -> Component:
        return dmc.Select(
            id=f"filter-{name}",
            label=label,
            data=data,
            value=value,
            placeholder=everything,
            clearable=True,
            searchable=True,
            nothingFoundMessage=texts.NO_MATCH(language),
            size="sm",
        )

    return html.Div(
        [
            html.Div(
                [
                    html.Div(texts.PERIOD_LENGTH(language), className="label"),
                    html.Div([preset(days) for days in PRESET_DAYS], className="choices"),
                ],
                className="presets",
            ),
            dmc.DatesProvider(
                dmc.DatePickerInput(
                    id="filter-dates",
                    label=texts.DATES(language),
                    type="range",
                    value=[state.date_from.isoformat(), state.date_to.isoformat()],
                    minDate=first_day.isoformat(),
                    maxDate=as_of.isoformat(),
                    allowSingleDateInRange=True,
                    valueFormat="YYYY-MM-DD",
                    monthLabelFormat="YYYY年M月" if language == "zh" else "MMMM YYYY",
                    yearLabelFormat="YYYY年" if language == "zh" else "YYYY",
                    size="sm",
                ),
                settings={"locale": "zh-cn" if language == "zh" else "en", "firstDayOfWeek": 1},
            ),
            select(
                "region",
                texts.REGION(language),
                texts.ALL_REGIONS(language),
                [{"value": value, "label": label} for value, label in regions.items()],
                state.region,
            ),
            select(
                "city",
                texts.CITY(language),
                texts.ALL_CITIES(language),
                [{"value": city.city_zh, "label": getattr(city, f"city_{language}")} for city in shown_cities],
                state.city,
            ),
        ],
        className="filters card",
    )


def _footer(snapshot: Snapshot, settings: Settings, language: Language) -> Component:
    manifest = snapshot.manifest
    moment = datetime.fromisoformat(manifest.created_at).astimezone(ZoneInfo(settings.timezone))
    parts: list[Any] = [
        [f"{texts.SNAPSHOT(language)} ", html.Code(manifest.snapshot_id, id="snapshot-id")],
        texts.AS_OF(language, day=manifest.as_of_date),
        texts.PUBLISHED_AT(language, moment=f"{moment:%Y-%m-%d %H:%M}", zone=settings.timezone),
    ]
    if manifest.quality:
        passed = sum(result.passed for result in manifest.quality)
        wording = texts.CHECKS if passed == len(manifest.quality) else texts.CHECKS_WITH_WARNINGS
        warned = len(manifest.quality) - passed
        parts.append(wording(language, passed=passed, total=len(manifest.quality), warned=warned))
    return html.Footer([html.Span(part) for part in parts], className="foot")


def _reload(language: Language) -> Component:
    return html.A(texts.RELOAD(language), href="", className="button")
