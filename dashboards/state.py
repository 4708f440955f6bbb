"""The page's URL is its whole state: language, days, region, city. Reading it, and writing links to other states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from dashboards import texts
from dashboards.texts import DEFAULT_LANGUAGE, Language
from warehouse.kpi_values import KpiFilters

DEFAULT_DAYS = 28
PRESET_DAYS = (7, 28, 91)
"""Whole weeks, so that a period and the one before hold the same weekdays."""


@dataclass(frozen=True)
class City:
    """A city that has stores."""

    region_zh: str
    region_en: str
    city_zh: str
    city_en: str


@dataclass(frozen=True)
class PageState:
    """Filters of a page load, checked against the snapshot."""

    date_from: date
    date_to: date
    days: int | None = DEFAULT_DAYS
    """Length of a period that ends at the as-of day, whatever that is at the next load; None for fixed days."""
    region: str | None = None
    """Chinese name, as in ``dim_stores.region_zh``."""
    city: str | None = None
    """Chinese name, as in ``dim_stores.city_zh``."""

    @property
    def length_days(self) -> int:
        """Days of the period, both ends counted."""
        return (self.date_to - self.date_from).days + 1

    @property
    def previous(self) -> PageState:
        """The period of the same length that ends the day before."""
        return replace(
            self,
            date_from=self.date_from - timedelta(days=self.length_days),
            date_to=self.date_from - timedelta(days=1),
            days=None,
        )

    @property
    def filters(self) -> KpiFilters:
        """The places as :func:`warehouse.kpi_values.kpi_values` takes them."""
        return KpiFilters(
            regions=(self.region,) if self.region else (),
            cities=(self.city,) if self.city else (),
        )


def read_language(parameters: Mapping[str, Any]) -> Language:
    """Language a URL asks for; Chinese unless it says ``lang=en``."""
    return "en" if parameters.get("lang") == "en" else DEFAULT_LANGUAGE


def read_state(
    parameters: Mapping[str, Any], first_day: date, as_of: date, cities: Sequence[City], language: Language
) -> tuple[PageState, list[str]]:
    """Read the filters from URL parameters.

    Args:
        parameters: of the URL; unknown ones are ignored, so that old links keep working.
        first_day: first business day in the snapshot.
        as_of: its as-of day.
        cities: those with stores.
        language: of the notices.

    Returns:
        The state, and a notice for everything the URL asked for that cannot be shown.
    """
    notices: list[str] = []
    state = _read_days(parameters, first_day, as_of, language, notices)
    region = _text(parameters.get("region"))
    if region and region not in {city.region_zh for city in cities}:
        notices.append(texts.IGNORED_PLACE(language, place=region))
        region = None
    city = _text(parameters.get("city"))
    if city and not any(c.city_zh == city and (not region or c.region_zh == region) for c in cities):
        notices.append(texts.IGNORED_PLACE(language, place=city))
        city = None
    return replace(state, region=region, city=city), notices


def link(path: str, language: Language, state: PageState | None) -> str:
    """URL of ``path`` in ``language`` with the filters of ``state``; defaults are left out."""
    query: dict[str, str] = {}
    if language != DEFAULT_LANGUAGE:
        query["lang"] = language
    if state is not None:
        if state.days is None:
            query |= {"from": state.date_from.isoformat(), "to": state.date_to.isoformat()}
        elif state.days != DEFAULT_DAYS:
            query["days"] = str(state.days)
        query |= {name: value for name in ("region", "city") if (value := getattr(state, name))}
    return f"{path}?{urlencode(query)}" if query else path


def _read_days(
    parameters: Mapping[str, Any], first_day: date, as_of: date, language: Language, notices: list[str]
) -> PageState:
    default = PageState(max(as_of - timedelta(days=DEFAULT_DAYS - 1), min(first_day, as_of)), as_of)
    days, start, end = (_text(parameters.get(name)) for name in ("days", "from", "to"))
    try:
        if start or end:
            last = date.fromisoformat(end) if end else as_of
            first = date.fromisoformat(start) if start else last - timedelta(days=DEFAULT_DAYS - 1)
            first, last = min(first, last), max(first, last)
            fitting = min(max(first, first_day), as_of), max(min(last, as_of), min(first_day, as_of))
            if fitting != (first, last):
                notices.append(texts.CLIPPED_DATES(language, first=first_day, last=as_of))
            return PageState(*fitting, days=None)
        if days:
            length = int(days)
            if length < 1:
                raise ValueError(days)
            return PageState(max(as_of - timedelta(days=length - 1), min(first_day, as_of)), as_of, length)
    except (ValueError, OverflowError):
        notices.append(texts.IGNORED_DATES(language))
    return default


def _text(value: Any) -> str | None:
    # A parameter given twice arrives as a list; the last one counts, as in most servers.
    if isinstance(value, list):
        value = value[-1] if value else None
    return str(value) if value else None
