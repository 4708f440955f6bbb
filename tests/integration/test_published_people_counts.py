"""Every count of people that a reader may open, attacked with every other: none from 1 to 10 comes out."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from assets.publication.plan import PlannedTable, plan_tables
from tests.differencing import CHAIN, PEOPLE, SMALL, Place, Population, found
from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle_supply import master_data

IN_SEVERAL_STORES = {"community_mau_rate"}
"""KPIs that count whoever has several stores in each of them."""


@pytest.fixture(scope="module", params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


@pytest.fixture(scope="module")
def parents(chain: BuiltChain) -> dict[Place, Place]:
    above: dict[Place, Place] = {}
    for row in master_data(chain.zones.landing, "stores", ["location_id"]).iter_rows(named=True):
        city, region = ("city", row["city_zh"]), ("region", row["region_zh"])
        above |= {("store", row["location_id"]): city, city: region, region: CHAIN}
    return above


def open_tables(chain: BuiltChain) -> list[PlannedTable]:
    manifest = json.loads((chain.zones.root / "dbt_target" / "manifest.json").read_text(encoding="utf-8"))
    return [table for table in plan_tables(manifest) if table.database == "warehouse"]


def place_of(row: dict[str, Any]) -> Place:
    return (row["grain"], row["store_id"] if row["grain"] == "store" else row["area"])


def kpi_populations(chain: BuiltChain) -> dict[tuple[str, date], Population]:
    """What the KPI table shows of people, per KPI and day; the number itself where it is a share of them."""
    populations: dict[tuple[str, date], Population] = {}
    rows = chain.rows("select daily.*, kpis.unit from fct_kpi_daily as daily join dim_kpis as kpis using (kpi_code)"
                      " where kpis.counts_people and kpis.is_additive = false")  # fmt: skip
    for row in rows.iter_rows(named=True):
        code, day = row["kpi_code"], row["business_date"]
        population = populations.setdefault((code, day), Population(is_additive=code not in IN_SEVERAL_STORES))
        counts = None
        if not row["is_suppressed"]:
            counts = {PEOPLE: int(row["denominator"])}
            if row["unit"] == "ratio":
                counts["numerator"] = int(row["numerator"])
        population.counts[place_of(row)] = counts
    return populations


def test_no_count_of_people_from_1_to_10_is_shown_or_follows_from_others(
    chain: BuiltChain, parents: dict[Place, Place]
) -> None:
    populations = kpi_populations(chain)
    # The members who are active are counted in two tables: what one of them shows, it shows of both.
    for row in chain.rows("from fct_consent_coverage_monthly").iter_rows(named=True):
        population = populations["consent_coverage_rate", row["month_end_date"]]
        shown = population.counts[place_of(row)]
        assert (shown is None) == row["is_suppressed"]
        if shown is not None:
            assert shown[PEOPLE] == row["active_member_count"]
            shown[row["purpose"]] = row["consenting_member_count"]
    assert {code for code, _ in populations} >= {"community_mau_rate", "consent_coverage_rate"}
    assert {key: finds for key, one in populations.items() if (finds := found(one, parents))} == {}


def test_people_are_counted_for_months_that_do_not_nest(chain: BuiltChain) -> None:
    months = chain.rows("select kpi_code from dim_kpis where counts_people and window_days is null")["kpi_code"]
    days = defaultdict(set)
    for code, day in kpi_populations(chain):
        days[code].add(day)
    for code in months:
        assert all((day + timedelta(days=1)).day == 1 and day <= chain.as_of for day in days[code]), code


def test_no_other_open_table_shows_a_small_count_of_people(chain: BuiltChain) -> None:
    counted = [(table, column) for table in open_tables(chain) for column in table.columns if column.counts_people]
    assert len(counted) >= 4
    for table, column in counted:
        values = set(chain.rows(f"select distinct {column.name} from {table.relation}").to_series())
        assert not values & set(SMALL), f"{table.name}.{column.name}"
