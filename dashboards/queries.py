"""All SQL of the dashboards that is not the reading of KPIs (:mod:`warehouse.kpi_values`). Parameterised only."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl

from dashboards.state import City, PageState


def cities(connection: duckdb.DuckDBPyConnection) -> list[City]:
    """Cities that have stores, by region."""
    rows = connection.sql(
        """
        select distinct region_zh, region_en, city_zh, city_en
        from dim_stores
        where location_kind = 'store'
        order by region_en, city_en
        """
    ).fetchall()
    return [City(*row) for row in rows]


def first_days(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """First business day of every KPI that has data, by code."""
    rows = connection.sql("select kpi_code, min(business_date) from fct_kpi_daily group by kpi_code").fetchall()
    return dict(rows)


def deliveries_by_city_hour(connection: duckdb.DuckDBPyConnection, state: PageState) -> pl.DataFrame:
    """Orders counted in the 30-minute rate by city and hour of payment, in the days and places of ``state``.

    Columns: ``city_zh``, ``city_en``, ``paid_hour`` (0-23, local), ``deliveries`` (orders counted),
    ``within_30_minutes`` (of them). Summed over all cells this is the KPI's numerator and denominator.
    """
    return connection.sql(
        """
        select
            stores.city_zh, stores.city_en, deliveries.paid_hour,
            count(*) as deliveries,
            count(*) filter (where deliveries.is_within_30_minutes) as within_30_minutes
        from fct_deliveries as deliveries
        inner join dim_stores as stores on deliveries.store_id = stores.store_id
        where
            deliveries.is_delivery_counted
            and deliveries.paid_on between $date_from and $date_to
            and ($region is null or stores.region_zh = $region)
            and ($city is null or stores.city_zh = $city)
        group by all
        order by stores.city_en, deliveries.paid_hour
        """,
        params={
            "date_from": state.date_from,
            "date_to": state.date_to,
            "region": state.region,
            "city": state.city,
        },
    ).pl()
