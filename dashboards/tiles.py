"""What a KPI tile says, worked out apart from how it looks."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import duckdb
import polars as pl

from dashboards import queries, texts
from dashboards.formatting import format_count, format_signed, format_value
from dashboards.state import PageState
from dashboards.texts import Language
from warehouse.intervals import difference_interval
from warehouse.kpi_values import KpiQuery, Period, catalogue, kpi_values, last_closed_month

Verdict = Literal["good", "bad", "neutral"]
_IS_MONTHLY = pl.col("counts_people") & ~pl.col("is_additive") & pl.col("window_days").is_null()
MONTHS_OF_TREND = 13
"""Months that have ended in the trend of a KPI that counts people: the last one and a year before it."""
LONGEST_DAILY_TREND = 92
"""Days; a longer trend is drawn by week, or its points would lie closer than a pixel."""


@dataclass(frozen=True)
class TargetLine:
    """Whether the target is met; ``is_met`` None: there is nothing to compare."""

    is_met: bool | None
    text: str


@dataclass(frozen=True)
class ChangeLine:
    """Change on the period before."""

    verdict: Verdict
    arrow: Literal["▲", "▼", "＝", ""]
    amount: str
    judgement: str
    against: str


@dataclass(frozen=True)
class Tile:
    """Everything a tile shows, as texts of one language, and its trend."""

    code: str
    name: str
    definition: str
    owner: str
    value: str
    target: TargetLine | None
    change: ChangeLine | None
    note: str | None
    """In place of the figures: no data, suppressed; or what the period is if not the page's."""
    precision: str | None
    """n and 95 % interval."""
    trend: tuple[float | None, ...]
    trend_text: str
    target_value: float | None


def kpi_tiles(connection: duckdb.DuckDBPyConnection, state: PageState, language: Language) -> list[Tile]:
    """Tiles of every KPI of the catalogue, in its order, for the days and places of ``state``.

    Eight queries whatever the number of KPIs. A non-additive KPI is shown over its trailing window, at the last day of
    the period, beside the same day of the month before; one that counts people for the last month that has ended,
    beside the month before.
    """
    kpis = catalogue(connection)
    additive = tuple(kpis.filter(pl.col("is_additive"))["kpi_code"])
    monthly = tuple(kpis.filter(_IS_MONTHLY)["kpi_code"])
    windowed = tuple(kpis.filter(~pl.col("is_additive") & ~_IS_MONTHLY)["kpi_code"])
    month_start = state.date_to.replace(day=1)
    same_day = month_before(state.date_to)
    closed = last_closed_month(state.date_to)
    month_ends = [closed]
    while len(month_ends) < MONTHS_OF_TREND:
        month_ends.append(last_closed_month(month_ends[-1] - timedelta(days=1)))
    step: Period = "day" if state.length_days <= LONGEST_DAILY_TREND else "week"

    def ask(codes: tuple[str, ...], start: date, end: date, period: Period) -> list[dict[str, Any]]:
        if not codes:
            return []
        return kpi_values(connection, KpiQuery(codes, start, end, period, (), state.filters)).to_dicts()

    before = state.previous
    months = ask(monthly, month_ends[-1].replace(day=1), closed, "month")
    current = [
        *ask(additive, state.date_from, state.date_to, "total"),
        # A window that ends with a month has its last row in the last one; of two rows the later is kept below.
        *ask(windowed, closed.replace(day=1), state.date_to, "month"),
        *(row for row in months if row["period_end"] == closed),
    ]
    previous = [
        *ask(additive, before.date_from, before.date_to, "total"),
        *ask(windowed, same_day, same_day, "day"),
        *(row for row in months if row["period_end"] == month_ends[1]),
    ]
    trends = [
        *ask(additive, state.date_from, state.date_to, step),
        *ask(windowed, month_start, state.date_to, "day"),
    ]

    by_code = {row["kpi_code"]: row for row in current}
    previous_by_code = {row["kpi_code"]: row for row in previous}
    started = queries.first_days(connection)
    tiles = []
    for kpi in kpis.iter_rows(named=True):
        code = kpi["kpi_code"]
        if code in monthly:
            # What people did in the first month may be known of its last days alone.
            needed = month_ends[1].replace(day=1)
            values = {row["period_end"]: row["value"] for row in months if row["kpi_code"] == code}
            points = tuple(values.get(end) for end in reversed(month_ends))
        else:
            needed = before.date_from if kpi["is_additive"] else same_day.replace(day=1)
            points = _fill_days([row for row in trends if row["kpi_code"] == code], state, step, kpi["is_additive"])
        is_comparable = code in started and started[code] <= needed
        tiles.append(
            make_tile(
                kpi, by_code.get(code), previous_by_code.get(code) if is_comparable else None, points, state, language
            )
        )
    return tiles


def make_tile(
    kpi: dict[str, Any],
    current: dict[str, Any] | None,
    previous: dict[str, Any] | None,
    trend: Sequence[float | None],
    state: PageState,
    language: Language,
) -> Tile:
    """Put one tile into words.

    Args:
        kpi: row of the catalogue.
        current: row of :func:`warehouse.kpi_values.kpi_values` for the period; None if it has no data.
        previous: the same for the period before; None if that one is not fully in the data.
        trend: values in the order of time, None for a gap.
        state: days and places shown.
        language: to write in.
    """
    unit, target = kpi["unit"], kpi["target_value"]
    if target is not None and kpi["target_valid_from"] and kpi["target_valid_from"] > state.date_to:
        target = None
    value = current["value"] if current else None
    known = [point for point in trend if point is not None]
    notes = []
    if not kpi["is_additive"] and current:
        covered = texts.TRAILING_WINDOW if kpi["window_days"] else texts.CALENDAR_MONTH
        notes.append(covered(language, start=current["period_start"], end=current["period_end"]))
    if current and current["is_suppressed"]:
        notes = [texts.SUPPRESSED(language)]
    elif value is None:
        is_month_missing = not kpi["is_additive"] and not kpi["window_days"]
        notes = [texts.NO_CLOSED_MONTH(language) if is_month_missing else texts.NO_DATA(language)]
    name = kpi[f"kpi_name_{language}"]
    trend_text = ""
    if known:
        low, high = format_value(min(known), unit, language), format_value(max(known), unit, language)
        trend_text = texts.TREND(language, name=name, low=low, high=high)
    return Tile(
        code=kpi["kpi_code"],
        name=name,
        definition=kpi[f"definition_{language}"],
        owner=texts.OWNER(language, owner=kpi["owner"]),
        value=format_value(value, unit, language),
        target=_target_line(value, target, unit, kpi["direction"], language),
        change=_change_line(kpi, current, previous, state, language) if value is not None else None,
        note=notes[0] if notes else None,
        precision=_precision(current, unit, language) if value is not None else None,
        trend=tuple(trend),
        trend_text=trend_text,
        target_value=target,
    )


def month_before(day: date) -> date:
    """Same day of the month before, or its last day if that month is shorter."""
    last_of_previous = day.replace(day=1) - timedelta(days=1)
    length = monthrange(last_of_previous.year, last_of_previous.month)[1]
    return last_of_previous.replace(day=min(day.day, length))


def _target_line(
    value: float | None, target: float | None, unit: str, direction: str, language: Language
) -> TargetLine:
    if target is None:
        return TargetLine(None, texts.NO_TARGET(language))
    wording = texts.TARGET_AT_LEAST if direction == "up" else texts.TARGET_AT_MOST
    text = wording(language, target=format_value(target, unit, language))
    if value is None:
        return TargetLine(None, text)
    return TargetLine(value >= target if direction == "up" else value <= target, text)


def _change_line(
    kpi: dict[str, Any],
    current: dict[str, Any] | None,
    previous: dict[str, Any] | None,
    state: PageState,
    language: Language,
) -> ChangeLine:
    nothing = ChangeLine("neutral", "", "", "", texts.NO_PREVIOUS(language))
    if current is None or previous is None or current["value"] is None or previous["value"] is None:
        return nothing
    unit = kpi["unit"]
    difference = current["value"] - previous["value"]
    if unit in {"ratio", "quotient", "score"}:
        amount = texts.POINTS(language, points=format_signed(100 * difference))
        is_flat = abs(difference) < 0.0005
    elif previous["value"]:
        share = difference / abs(previous["value"])
        amount, is_flat = f"{format_signed(100 * share)}%", abs(share) < 0.0005
    else:
        return nothing
    wording = texts.AGAINST_PREVIOUS
    if not kpi["is_additive"]:
        wording = texts.AGAINST_SAME_DAY if kpi["window_days"] else texts.AGAINST_PREVIOUS_MONTH
    against = wording(language, days=state.length_days, previous=format_value(previous["value"], unit, language))
    if is_flat:
        return ChangeLine("neutral", "＝", amount, texts.UNCHANGED(language), against)
    arrow: Literal["▲", "▼"] = "▲" if difference > 0 else "▼"
    if _is_within_noise(current, previous):
        return ChangeLine("neutral", arrow, amount, texts.UNCERTAIN(language), against)
    is_better = (difference > 0) == (kpi["direction"] == "up")
    judgement = texts.BETTER if is_better else texts.WORSE
    return ChangeLine("good" if is_better else "bad", arrow, amount, judgement(language), against)


def _is_within_noise(current: dict[str, Any], previous: dict[str, Any]) -> bool:
    """Whether the 95 % interval of the difference holds zero; False if the KPI has no interval."""
    ends = [(row["value"], row["lower"], row["upper"]) for row in (current, previous)]
    if any(bound is None for end in ends for bound in end):
        return False
    low, high = difference_interval(*ends)
    return low <= 0 <= high


def _precision(current: dict[str, Any] | None, unit: str, language: Language) -> str | None:
    if current is None or current["observations"] is None:
        return None
    parts = [texts.OBSERVATIONS(language, count=format_count(current["observations"]))]
    if current["lower"] is not None:
        bounds = {name: format_value(current[name], unit, language) for name in ("lower", "upper")}
        parts.append(texts.INTERVAL(language, **bounds))
    return " · ".join(parts)


def _fill_days(
    rows: list[dict[str, Any]], state: PageState, step: Period, is_additive: bool
) -> tuple[float | None, ...]:
    """Values with a gap for every day that has no row, so that a trend does not bridge missing days."""
    if step == "week" and is_additive:
        return tuple(row["value"] for row in rows)
    by_day = {row["period_end"]: row["value"] for row in rows}
    start = state.date_from if is_additive else state.date_to.replace(day=1)
    return tuple(by_day.get(start + timedelta(days=n)) for n in range((state.date_to - start).days + 1))
