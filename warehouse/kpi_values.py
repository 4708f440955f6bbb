"""KPI figures for readers: the one place that reads the catalogue and rolls up ``fct_kpi_daily``.

The API and the dashboards both call :func:`catalogue` and :func:`kpi_values`, so they cannot disagree. Nothing here
knows a single KPI: names, units, targets come from ``dim_kpis``.

Rules of a roll-up:

* additive KPIs: sum(numerator) / sum(denominator) over the stores' days, never a mean of rates; totals (no denominator)
  are sum(numerator); a zero denominator gives null; one that no store has (content is sent for the whole chain) is
  summed over the chain's days, and no region, city or store has it;
* non-additive KPIs (``is_additive`` false: distinct people, figures of a trailing window) are read at the grain they
  were computed at, or refused with :class:`UnanswerableError`; those that count people have a row a month, on its last
  day, and none before it has ended;
* one suppressed cell in a roll-up suppresses the roll-up: a sum that leaves the cell out would let anyone subtract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, get_args

import duckdb
import polars as pl

from warehouse.kpi_intervals import with_interval

Period = Literal["day", "week", "month", "total"]
GroupBy = Literal["region", "city", "store", "channel"]
PERIODS: tuple[Period, ...] = get_args(Period)
GROUPS: tuple[GroupBy, ...] = get_args(GroupBy)

GROUP_COLUMNS: dict[GroupBy, str] = {"region": "region", "city": "city", "store": "store_id", "channel": "channel"}
"""Name of the column a grouping adds; region and city hold the Chinese name, as ``fct_kpi_daily.area`` does."""

_PLACES: tuple[GroupBy, ...] = ("region", "city", "store")
"""Coarse to fine; the chain is coarser still."""


class KpiQueryError(ValueError):
    """A question that has no answer; the message says what to ask instead."""


class UnknownKpiError(KpiQueryError):
    """A code that the catalogue does not have."""


class UnknownFilterError(KpiQueryError):
    """A region, city, store or channel that the data does not have: a slip of the pen, not an empty answer."""


class UnanswerableError(KpiQueryError):
    """A period, grouping or filter at which the KPI does not exist."""


@dataclass(frozen=True)
class KpiFilters:
    """Restrict a question to some places or channels; an empty tuple restricts nothing."""

    regions: tuple[str, ...] = ()
    """Chinese or English names."""
    cities: tuple[str, ...] = ()
    """Chinese or English names."""
    store_ids: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class KpiQuery:
    """One question about KPIs.

    Raises:
        KpiQueryError: no code, dates in the wrong order, or an unknown period or grouping.
    """

    codes: tuple[str, ...]
    date_from: date
    """First business day, inclusive."""
    date_to: date
    """Last business day, inclusive."""
    period: Period = "total"
    """Length of a row; weeks start on Monday; the first and last row are clipped to the dates asked for."""
    group_by: tuple[GroupBy, ...] = ()
    filters: KpiFilters = field(default_factory=KpiFilters)

    def __post_init__(self) -> None:
        if not self.codes:
            raise KpiQueryError("no KPI code given; ask for at least one of the catalogue")
        if self.date_from > self.date_to:
            raise KpiQueryError(f"the first day {self.date_from} is after the last day {self.date_to}; swap them")
        if self.period not in PERIODS:
            raise KpiQueryError(f"unknown period {self.period!r}; use one of {', '.join(PERIODS)}")
        unknown = [group for group in self.group_by if group not in GROUPS]
        if unknown:
            raise KpiQueryError(f"unknown grouping {', '.join(map(repr, unknown))}; use some of {', '.join(GROUPS)}")


_CATALOGUE_SQL = """
select
    kpi_code, kpi_name_zh, kpi_name_en, definition_zh, definition_en, unit, direction,
    target_value::double as target_value, target_valid_from, owner, model_name, feeds,
    is_additive, window_days, counts_people, display_order
from dim_kpis
order by display_order, kpi_code
"""


def catalogue(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All KPIs of the snapshot behind ``connection``, one row each, in the order to show them.

    Columns as in ``dim_kpis``: code, name and definition in Chinese and English, ``unit`` (yuan, ratio, quotient,
    score, times, hours or minutes), ``direction`` (up or down is better), target with its first valid day, owner,
    model, feeds (comma list), ``is_additive``, ``window_days`` (trailing days of a non-additive figure; null if it
    covers a calendar month), ``counts_people``, ``display_order``.
    """
    return connection.sql(_CATALOGUE_SQL).pl()


def kpi_values(connection: duckdb.DuckDBPyConnection, query: KpiQuery) -> pl.DataFrame:
    """Answer ``query`` from the snapshot behind ``connection``.

    Returns:
        One row per KPI x period x group that has data, ordered by these: ``kpi_code``, ``period_start``,
        ``period_end`` (both inclusive), the columns of ``group_by`` (see :data:`GROUP_COLUMNS`), ``numerator``,
        ``denominator`` (null for totals), ``value`` (a ratio 0..1, or the unit of the KPI), ``observations`` (records
        behind it), ``lower`` and ``upper`` (95 %), ``is_suppressed`` (then every figure is null).

        A non-additive KPI covers a calendar month, or the ``window_days`` that end with its day: its ``period_start``
        is the first of the month or of the window whatever day was asked for, and its month is the row of the month's
        last day that has data and is not after ``date_to``. One of people has the last day of a month that has ended.

        Bounds of a ratio are Wilson's with n = ``observations``: for KPIs that count records this is the denominator;
        for shares of time the denominator is minutes, which are no independent trials. Bounds of a total are those of
        a compound Poisson sum; those of a quotient the same over its denominator; those of a mean (a denominator that
        counts records, in yuan or as a score) come from the spread of its amounts; those of a quantile its standard
        error, which stands squared in ``numerator_squares``, to either side. A ratio outside 0..1 and a figure without
        ``numerator_squares`` have no bounds.

    Raises:
        UnknownKpiError: a code is not in the catalogue.
        UnknownFilterError: a filter names a place or channel that does not exist.
        UnanswerableError: the KPI does not exist at that period, grouping or filter.
    """
    kpis = catalogue(connection).filter(pl.col("kpi_code").is_in(list(query.codes)))
    unknown = sorted(set(query.codes) - set(kpis["kpi_code"]))
    if unknown:
        raise UnknownKpiError(f"no KPI called {', '.join(unknown)}; the catalogue lists those there are")
    if "channel" in query.group_by or query.filters.channels:
        _check_channels(connection, query)
    _check_places(connection, query.filters)

    additive = kpis.filter(pl.col("is_additive"))["kpi_code"].to_list()
    others = kpis.filter(~pl.col("is_additive"))["kpi_code"].to_list()
    parts = []
    if additive:
        parts.append(_rows(connection, *_additive_sql(query, additive)))
    if others:
        parts.append(_rows(connection, *_non_additive_sql(query, others)))
    groups = _group_columns(query)
    rows = pl.concat(parts).sort(["kpi_code", "period_start", *groups])
    units = kpis.select("kpi_code", "unit")
    return with_interval(rows.join(units, on="kpi_code", how="left", maintain_order="left"), groups)


def last_closed_month(day: date) -> date:
    """Last day of the last calendar month that has ended by the end of ``day``: the day of its counts of people."""
    return (day + timedelta(days=1)).replace(day=1) - timedelta(days=1)


def _group_columns(query: KpiQuery) -> list[str]:
    return [GROUP_COLUMNS[group] for group in GROUPS if group in query.group_by]


def _check_channels(connection: duckdb.DuckDBPyConnection, query: KpiQuery) -> None:
    rows = connection.sql(
        "select distinct kpi_code, channel from fct_kpi_daily where list_contains($codes, kpi_code)",
        params={"codes": list(query.codes)},
    ).fetchall()
    without = sorted({code for code, channel in rows if channel == "all"})
    if without:
        raise UnanswerableError(f"{', '.join(without)} has no channels; leave out the channel filter and grouping")
    known = {channel for _, channel in rows}
    unknown = [channel for channel in query.filters.channels if channel not in known]
    if unknown:
        raise UnknownFilterError(f"no channel called {', '.join(unknown)}; there are {', '.join(sorted(known))}")


def _check_places(connection: duckdb.DuckDBPyConnection, filters: KpiFilters) -> None:
    wanted = {"region": filters.regions, "city": filters.cities, "store": filters.store_ids}
    if not any(wanted.values()):
        return
    rows = connection.sql("select region_zh, region_en, city_zh, city_en, store_id from dim_stores").fetchall()
    regions, cities, stores = {n for r in rows for n in r[:2]}, {n for r in rows for n in r[2:4]}, {r[4] for r in rows}
    for place, known in (("region", regions), ("city", cities), ("store", stores)):
        unknown = [name for name in wanted[place] if name not in known]
        if unknown:
            raise UnknownFilterError(
                f"no {place} called {', '.join(unknown)}; dim_stores lists those there are, in Chinese and English"
            )


# Every fragment below is fixed text; values only ever travel as parameters.
_GROUP_SQL: dict[GroupBy, str] = {
    "region": "stores.region_zh as region",
    "city": "stores.city_zh as city",
    "store": "daily.store_id as store_id",
    "channel": "daily.channel as channel",
}
_BUCKET_SQL: dict[Period, tuple[str, str]] = {
    "day": ("daily.business_date", "daily.business_date"),
    "week": (
        "greatest(date_trunc('week', daily.business_date)::date, $date_from::date)",
        "least((date_trunc('week', daily.business_date) + interval 6 day)::date, $date_to::date)",
    ),
    "month": (
        "greatest(date_trunc('month', daily.business_date)::date, $date_from::date)",
        "least(last_day(daily.business_date), $date_to::date)",
    ),
    "total": ("$date_from::date", "$date_to::date"),
}


def _additive_sql(query: KpiQuery, codes: list[str]) -> tuple[str, dict[str, Any]]:
    start, end = _BUCKET_SQL[query.period]
    groups = "".join(f"{_GROUP_SQL[group]}, " for group in GROUPS if group in query.group_by)
    where, params = _place_filters(query.filters)
    sql = f"""
        with daily as (
            select * from fct_kpi_daily
            where list_contains($codes, kpi_code) and business_date between $date_from and $date_to
                and (grain = 'store' or grain = 'chain' and kpi_code not in (
                    select kpi_code from fct_kpi_daily where grain = 'store' and list_contains($codes, kpi_code)
                ))
        )
        select
            daily.kpi_code, {start} as period_start, {end} as period_end, {groups}
            sum(daily.numerator)::double as numerator,
            sum(daily.denominator)::double as denominator,
            sum(daily.numerator_squares)::double as numerator_squares,
            sum(daily.observations)::bigint as observations,
            bool_or(daily.is_suppressed) as is_suppressed
        from daily
        left join dim_stores as stores on daily.store_id = stores.store_id
        where true {where}
        group by all
    """
    return sql, params | {"codes": codes, "date_from": query.date_from, "date_to": query.date_to}


def _non_additive_sql(query: KpiQuery, codes: list[str]) -> tuple[str, dict[str, Any]]:
    grain = _grain(query, codes)
    _check_period(query, codes)
    sources = {
        "chain": "(select 'all' as area, 'all' as store_id, null as region_zh, null as region_en, null as city_zh, "
        "null as city_en)",
        "region": "(select distinct region_zh as area, 'all' as store_id, region_zh, region_en, null as city_zh, "
        "null as city_en from dim_stores where location_kind = 'store')",
        "city": "(select distinct city_zh as area, 'all' as store_id, region_zh, region_en, city_zh, city_en "
        "from dim_stores where location_kind = 'store')",
        "store": "(select 'all' as area, store_id, region_zh, region_en, city_zh, city_en from dim_stores)",
    }
    groups = "".join(f"{_GROUP_SQL[group]}, " for group in GROUPS if group in query.group_by)
    where, params = _place_filters(query.filters)
    # The last day is looked up over all places: a store that went silent must not show an older day as the month's.
    last_day_only = "" if query.period == "day" else "qualify business_date = max(business_date) over last_of_month"
    sql = f"""
        with days as (
            select distinct kpi_code, business_date from fct_kpi_daily
            where list_contains($codes, kpi_code) and business_date between $date_from and $date_to
            window last_of_month as (partition by kpi_code, date_trunc('month', business_date))
            {last_day_only}
        ),
        daily as (
            select fct_kpi_daily.* from fct_kpi_daily
            inner join days
                on fct_kpi_daily.kpi_code = days.kpi_code and fct_kpi_daily.business_date = days.business_date
            where fct_kpi_daily.grain = $grain
        )
        select
            daily.kpi_code,
            coalesce(
                daily.business_date - kpis.window_days + 1, date_trunc('month', daily.business_date)::date
            ) as period_start,
            daily.business_date as period_end, {groups}
            daily.numerator::double as numerator,
            daily.denominator::double as denominator,
            daily.numerator_squares::double as numerator_squares,
            daily.observations::bigint as observations,
            daily.is_suppressed
        from daily
        inner join dim_kpis as kpis on daily.kpi_code = kpis.kpi_code
        inner join {sources[grain]} as stores
            on {"daily.store_id = stores.store_id" if grain == "store" else "daily.area = stores.area"}
        where true {where}
    """
    return sql, params | {
        "codes": codes,
        "date_from": query.date_from,
        "date_to": query.date_to,
        "grain": grain,
    }


def _place_filters(filters: KpiFilters) -> tuple[str, dict[str, Any]]:
    """Conditions on ``daily`` and ``stores``, each starting with ``and``, and their parameters."""
    conditions = {
        "regions": "(list_contains($regions, stores.region_zh) or list_contains($regions, stores.region_en))",
        "cities": "(list_contains($cities, stores.city_zh) or list_contains($cities, stores.city_en))",
        "store_ids": "list_contains($store_ids, daily.store_id)",
        "channels": "list_contains($channels, daily.channel)",
    }
    params = {name: list(getattr(filters, name)) for name in conditions if getattr(filters, name)}
    return " ".join(f"and {conditions[name]}" for name in params), params


def _grain(query: KpiQuery, codes: Sequence[str]) -> Literal["chain", "region", "city", "store"]:
    """Grain that answers the question as it stands; a union of places is refused: they do not add up."""
    names = ", ".join(codes)
    chosen = {"region": query.filters.regions, "city": query.filters.cities, "store": query.filters.store_ids}
    finest = max((_PLACES.index(place) for place in _PLACES if place in query.group_by), default=-1)
    for depth, place in enumerate(_PLACES):
        if depth <= finest or not chosen[place]:
            continue
        if len(chosen[place]) > 1:
            raise UnanswerableError(
                f"{names} does not add up over places and has no figure for several of them taken together;"
                f" ask for one {place}, or group by {place}"
            )
        finest = depth
    return "chain" if finest < 0 else _PLACES[finest]  # type: ignore[return-value]


def _check_period(query: KpiQuery, codes: Sequence[str]) -> None:
    names = ", ".join(codes)
    if query.period == "week":
        raise UnanswerableError(
            f"{names} does not add up over days and has no weekly figure; ask for period day or month"
        )
    is_one_month = query.date_from.day == 1 and (query.date_from.year, query.date_from.month) == (
        query.date_to.year,
        query.date_to.month,
    )
    if query.period == "total" and not is_one_month:
        raise UnanswerableError(
            f"{names} does not add up over days and has no figure for {query.date_from} to {query.date_to};"
            " start on the first of a month and stay within it, or ask for period month"
        )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, params: dict[str, Any]) -> pl.DataFrame:
    return connection.sql(sql, params=params).pl()
