"""The KPI catalogue and the KPIs' values."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Path, Query

from serving.answers import Catalogue, Kpi, KpiAnswer, Page, SnapshotQuestion, Value, Values, ValuesQuestion
from serving.problems import Problem, problem_responses
from serving.reading import PinnedReading, Reading
from warehouse.kpi_values import GROUP_COLUMNS, KpiFilters, KpiQuery, UnknownKpiError, catalogue, kpi_values

router = APIRouter(prefix="/kpis", tags=["kpis"])

DEFAULT_DAYS = 28
KpiCode = Annotated[
    str, Path(description="Code of the catalogue.", openapi_examples={"rate": {"value": "delivery_30min_rate"}})
]


@router.get("", summary="The KPI catalogue", responses=problem_responses(401, 410, 422, 503))
def list_kpis(_question: Annotated[SnapshotQuestion, Query()], reading: PinnedReading) -> Catalogue:
    """Every KPI with its name and definition in Chinese and English, unit, direction, target, owner and feeds."""
    reading.stop_if_unchanged()
    rows = catalogue(reading.connection)
    return Catalogue(**_pinned(reading), kpis=[_kpi(row) for row in rows.iter_rows(named=True)])


@router.get("/{code}", summary="One KPI of the catalogue", responses=problem_responses(401, 404, 410, 422, 503))
def get_kpi(code: KpiCode, _question: Annotated[SnapshotQuestion, Query()], reading: PinnedReading) -> KpiAnswer:
    """Name, definition, unit, direction, target and origin of one KPI."""
    kpi = _find(reading, code)
    reading.stop_if_unchanged()
    return KpiAnswer(**_pinned(reading), kpi=kpi)


@router.get("/{code}/values", summary="Values of one KPI", responses=problem_responses(401, 404, 410, 422, 503))
def get_values(code: KpiCode, question: Annotated[ValuesQuestion, Query()], reading: PinnedReading) -> Values:
    """Values by day, week, month or in total, split by region, city, store or channel, with n and 95 % interval.

    A roll-up is sum(numerator) / sum(denominator). A KPI that does not add up (`is_additive` false) covers a calendar
    month that has ended, on its last day, or its `window_days`: ask for `period=day` or `period=month`, grouped by or
    filtered to one place. Figures that count from 1 to 10 people are withheld (`is_suppressed`), and so is every
    roll-up over them.
    """
    kpi = _find(reading, code)
    query = _query(code, question, reading)
    reading.stop_if_unchanged()
    rows = kpi_values(reading.connection, query)
    shown = rows.slice(question.offset, question.limit)
    return Values(
        **_pinned(reading),
        kpi_code=code,
        unit=kpi.unit,
        date_from=query.date_from,
        date_to=query.date_to,
        period=query.period,
        values=_values(shown, query),
        page=Page(
            limit=question.limit,
            offset=question.offset,
            total=rows.height,
            next=_next_page(question, reading, rows.height),
        ),
    )


def _pinned(reading: Reading) -> dict[str, Any]:
    return {"snapshot_id": reading.snapshot_id, "as_of_date": reading.as_of_date}


def _kpi(row: dict[str, Any]) -> Kpi:
    return Kpi.model_validate(row | {"feeds": [feed.strip() for feed in row["feeds"].split(",")]})


def _find(reading: Reading, code: str) -> Kpi:
    for row in catalogue(reading.connection).filter(pl.col("kpi_code") == code).iter_rows(named=True):
        return _kpi(row)
    raise UnknownKpiError(f"no KPI called {code}")


def _query(code: str, question: ValuesQuestion, reading: Reading) -> KpiQuery:
    date_to = min(question.date_to or reading.as_of_date, reading.as_of_date)
    date_from = question.date_from or date_to - timedelta(days=DEFAULT_DAYS - 1)
    if question.date_from and question.date_from > reading.as_of_date:
        raise Problem(
            422,
            "after-as-of-day",
            "These days are not in the data yet",
            f"from {date_from} is after the as-of day {reading.as_of_date} of the snapshot",
            f"Ask for days up to {reading.as_of_date}; /health tells when a newer snapshot is there.",
        )
    return KpiQuery(
        codes=(code,),
        date_from=date_from,
        date_to=date_to,
        period=question.period,
        group_by=tuple(question.group_by),
        filters=KpiFilters(
            regions=tuple(question.region),
            cities=tuple(question.city),
            store_ids=tuple(question.store_id),
            channels=tuple(question.channel),
        ),
    )


def _values(rows: pl.DataFrame, query: KpiQuery) -> list[Value]:
    groups = [GROUP_COLUMNS[group] for group in dict.fromkeys(query.group_by)]
    return [Value(**row, group={name: row[name] for name in groups}) for row in rows.iter_rows(named=True)]


def _next_page(question: ValuesQuestion, reading: Reading, total: int) -> str | None:
    offset = question.offset + question.limit
    if offset >= total:
        return None
    items = [
        (name, value)
        for name, value in reading.request.query_params.multi_items()
        if name not in {"offset", "snapshot_id"}
    ]
    items += [("offset", str(offset)), ("snapshot_id", reading.snapshot_id)]
    return f"{reading.request.url.path}?{urlencode(items)}"
