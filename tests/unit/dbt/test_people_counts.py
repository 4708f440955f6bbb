"""Published counts of people on made-up chains: what is shown is right, and what is held back cannot be worked out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.differencing import CHAIN, PEOPLE, SMALL, Place, Population, found
from tests.unit.dbt.compiled_models import CompiledProject, run_model

MONTH_END = date(2026, 1, 31)
CHAINS = 12
LIMITS = pl.DataFrame({"limit_name": ["smallest_shown_count"], "limit_value": [max(SMALL) + 1]})


class MadeUpChain:
    """Stores in cities in regions, and the people at home in them."""

    def __init__(self, rng: np.random.Generator, is_additive: bool) -> None:
        self.is_additive = is_additive
        stores = int(rng.integers(1, 14))
        city = np.sort(rng.integers(0, rng.integers(1, 6), stores))
        self.stores = {f"S{n}": (f"C{city[n]}", f"R{city[n] // 2}") for n in range(stores)}
        rows: list[tuple[str | None, str, bool]] = []
        for store in [*self.stores, None]:
            # Often few, sometimes nobody; shares that leave few on either side.
            people = int(rng.choice([0, 1, 3, 12, 60, 300], p=[0.1, 0.1, 0.1, 0.2, 0.3, 0.2]) * rng.uniform(0.5, 1.5))
            share = rng.choice([0.0, 0.05, 0.5, 0.95, 1.0])
            rows += [(store, f"{store}-{person}", bool(rng.random() < share)) for person in range(people)]
        if not is_additive:
            # Some are at home in two stores.
            twice = [row for row in rows if rng.random() < 0.3]
            rows += [(str(rng.choice(list(self.stores))), person, is_counted) for _, person, is_counted in twice]
        self.rows = list(dict.fromkeys(rows))

    @property
    def parents(self) -> dict[Place, Place]:
        above: dict[Place, Place] = {}
        for store, (city, region) in self.stores.items():
            above |= {("store", store): ("city", city), ("city", city): ("region", region), ("region", region): CHAIN}
        return above

    def truth(self) -> dict[Place, dict[str, int]]:
        """Counts of every place that has somebody."""
        people: dict[Place, dict[str, set[str]]] = defaultdict(lambda: {PEOPLE: set(), "counted": set()})
        for store, person, is_counted in self.rows:
            places = [CHAIN]
            if store is not None:
                city, region = self.stores[store]
                places += [("region", region), ("city", city), ("store", store)]
            for place in places:
                people[place][PEOPLE].add(person)
                if is_counted:
                    people[place]["counted"].add(person)
        return {place: {name: len(who) for name, who in sets.items()} for place, sets in people.items()}

    def published(self, sql: str) -> Population:
        """What the model shows of it."""
        facts = pl.DataFrame(
            [(MONTH_END, *row) for row in self.rows],
            schema={
                "business_date": pl.Date,
                "store_id": pl.String,
                "external_user_token": pl.String,
                "is_counted": pl.Boolean,
            },
            orient="row",
        )
        locations = pl.DataFrame(
            [(store, city, region) for store, (city, region) in self.stores.items()],
            schema=["location_id", "city_zh", "region_zh"],
            orient="row",
        )
        tables = {"int_community__member_months": facts, "int_reference__locations": locations}
        cells = run_model(sql, tables | {"people_count_limits": LIMITS})
        counts: dict[Place, dict[str, int] | None] = {}
        for row in cells.iter_rows(named=True):
            name = row["store_id"] if row["grain"] == "store" else row["area"]
            counts[row["grain"], name] = (
                None if row["is_suppressed"] else {PEOPLE: int(row["denominator"]), "counted": int(row["numerator"])}
            )
        return Population(counts, self.is_additive)


@pytest.fixture(scope="module")
def sql(project: CompiledProject) -> str:
    return project.sql("kpi_community_mau_rate")


@pytest.mark.parametrize("is_additive", [True, False], ids=["one store each", "some in two stores"])
def test_what_is_shown_is_right_and_what_is_held_back_cannot_be_worked_out(sql: str, is_additive: bool) -> None:
    rng = np.random.default_rng(11)
    shown = hidden = 0
    for _ in range(CHAINS):
        chain = MadeUpChain(rng, is_additive)
        truth, published = chain.truth(), chain.published(sql)
        assert published.counts.keys() == truth.keys()
        assert all(counts == truth[place] for place, counts in published.counts.items() if counts is not None)
        assert found(published, chain.parents) == [], chain.rows
        shown += sum(counts is not None for counts in published.counts.values())
        hidden += sum(counts is None for counts in published.counts.values())
    assert shown > CHAINS
    assert hidden > CHAINS


def test_holding_back_small_cells_alone_would_not_do() -> None:
    rng = np.random.default_rng(11)
    broken = 0
    for _ in range(CHAINS):
        chain = MadeUpChain(rng, is_additive=True)
        truth = chain.truth()
        published = Population(
            {
                place: None if {n, people, people - n} & set(SMALL) else {PEOPLE: people, "counted": n}
                for place, (people, n) in ((place, tuple(counts.values())) for place, counts in truth.items())
            }
        )
        broken += found(published, chain.parents) != []
    assert broken > CHAINS / 4
