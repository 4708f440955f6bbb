"""A withdrawal, a merge, a split and an erasure on a chain with faults: in no zone is left what should be gone, and
totals are as before."""

from __future__ import annotations

import json
import logging
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from assets.erasure.decisions import DECISIONS
from assets.erasure.engine import Rebuilding, carry_out_erasures
from assets.erasure.requests import file_request, pending_requests, read_person_identifiers
from assets.identity.asset import resolve_lake
from assets.publication.plan import plan_tables
from assets.publication.writing import write_tables
from tests.byte_search import files_with, spellings, tables_with, token_bytes
from tests.integration.chains import WITHOUT_TESTS, BuiltChain, build_warehouse
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.snapshot_writing import building_snapshot
from warehouse.tokens import token_key, token_of
from warehouse.zones import Zones

NOW = datetime(2026, 3, 1, tzinfo=UTC)


SALES_TOTALS = [
    "select count(*) as n, sum(net_line_yuan) as yuan, sum(quantity) as packs from fct_order_lines",
    "select channel, store_id, count(*) as n, sum(net_sales_yuan) as yuan from fct_orders group by all order by all",
    "select payment_method, count(*) as n, sum(amount_yuan) as yuan from fct_order_payments group by all order by all",
    "select rule_code, count(*) as n from fct_compliance_findings group by all order by all",
    "select topic, ticket_outcome, count(*) as n from fct_service_tickets group by all order by all",
    "select store_id, count(*) as n from fct_prescription_audits group by all order by all",
]
KPIS = """
    select
        kpi_code, feeds, business_date, grain, area, store_id, channel, numerator, denominator, observations, value
    from fct_kpi_daily inner join dim_kpis using (kpi_code)
    where not counts_people
    order by all
"""


@dataclass(frozen=True)
class Person:
    """A member as the simulator's truth knows them, and as the platform does."""

    token: str
    identifiers: dict[str, str]
    """Kind by identifier, without a phone that others use too."""
    tokens: frozenset[str]

    @property
    def spelled(self) -> set[bytes]:
        """The identifiers in every spelling."""
        return set().union(*map(spellings, self.identifiers))

    @property
    def needles(self) -> set[bytes]:
        """Bytes that may be found nowhere after the erasure."""
        return self.spelled.union(*map(token_bytes, (*self.tokens, self.token)))


@pytest.fixture(scope="module")
def chain(built_chain) -> BuiltChain:
    return built_chain(0.05)


@pytest.fixture(scope="module")
def person(chain) -> Person:
    """The member with the most in quarantine and elsewhere of whom the platform knows every identifier it has met."""
    return choose_person(chain)


def choose_person(chain: BuiltChain) -> Person:
    truth = pl.read_parquet(chain.truth / "persons.parquet").unique()
    key = token_key(chain.zones.keys)
    kinds = truth.select("identifier_kind", "identifier").iter_rows()
    truth = truth.with_columns(
        identifier_token=pl.Series([token_of(key, kind, text) for kind, text in kinds]),
        users=pl.col("person_id").n_unique().over("identifier_kind", "identifier"),
    )
    known = read_person_identifiers(chain.zones)
    met = truth.filter(pl.col("users") == 1).join(known, on="identifier_token", how="inner")
    whole = met.group_by("person_id").agg(
        pl.col("person_token").n_unique().alias("persons"),
        pl.col("is_shared").any().alias("is_shared"),
        pl.col("identifier_kind").n_unique().alias("kinds"),
        pl.len(),
    )
    orders = pl.read_parquet(chain.truth / "orders" / "*.parquet").group_by("person_id").len("orders")
    community = pl.read_parquet(chain.truth / "community_activity" / "*.parquet").group_by("person_id").len("events")
    candidates = (
        whole.filter((pl.col("persons") == 1) & ~pl.col("is_shared"))
        .join(orders, on="person_id")
        .join(community, on="person_id")
        .sort("kinds", "orders", "person_id", descending=True)
    )
    chosen = candidates["person_id"][0]
    mine = truth.filter((pl.col("person_id") == chosen) & (pl.col("users") == 1))
    [token] = met.filter(pl.col("person_id") == chosen)["person_token"].unique().to_list()
    all_tokens = known.filter((pl.col("person_token") == token) & ~pl.col("is_shared"))["identifier_token"]
    assert set(all_tokens) <= set(mine["identifier_token"])
    return Person(token, dict(mine.select("identifier", "identifier_kind").iter_rows()), frozenset(all_tokens))


@dataclass(frozen=True)
class Requests:
    """What other people asked for, or decided, before the erasure is carried out."""

    withdrawing: str
    """Person who no longer allows profiling."""
    joined: tuple[str, str]
    """Two persons who are found to be one."""
    parted: tuple[str, str]
    """A person and an identifier that is found to be somebody else's."""


def land_requests(chain: BuiltChain, zones: Zones, erased: Person) -> Requests:
    """Choose three members of whom much is derived, and one more, and land what is asked for on the last day."""
    known = read_person_identifiers(chain.zones).filter(~pl.col("is_shared"))
    profiled = chain.rows("from fct_person_segments")["person_token"].unique()
    platform = known.filter(pl.col("identifier_kind") == "platform_user_id").group_by("person_token").first()
    members = known.filter(pl.col("identifier_kind") == "member_id", pl.col("person_token") != erased.token)
    one_member = members.filter(pl.len().over("person_token") == 1, pl.col("person_token").is_in(profiled.implode()))
    chosen = one_member.join(platform, on="person_token", suffix="_of_platform").sort("person_token").head(4)
    [leaver, one, other, mixed] = chosen.iter_rows(named=True)
    truth = pl.read_parquet(chain.truth / "persons.parquet").filter(pl.col("identifier_kind") == "member_id")
    key = token_key(chain.zones.keys)
    [member_id] = [
        text for text in truth["identifier"].unique() if token_of(key, "member_id", text) == leaver["identifier_token"]
    ]
    at = f"{chain.as_of}T12:00:00+08:00"
    withdrawal = {
        "consent_id": "withdrawal", "person": {"member_id": member_id}, "purpose": "profiling", "action": "withdrawn",
        "occurred_at": at, "channel": "store", "text_version": "1", "given_by_guardian": False, "updated_at": at,
    }  # fmt: skip
    decided = {"decided_by": "operator", "decided_at": at, "is_withdrawn": False, "updated_at": at}
    join = {
        "decision_id": "join", "decision": "join",
        "identifier_tokens": [one["identifier_token"]], "other_identifier_tokens": [other["identifier_token"]],
    }  # fmt: skip
    part = {
        "decision_id": "part", "decision": "part", "identifier_tokens": [mixed["identifier_token"]],
        "other_identifier_tokens": [mixed["identifier_token_of_platform"]],
    }  # fmt: skip
    for feed, records in (("consents", [withdrawal]), ("identity_decisions", [join | decided, part | decided])):
        path = zones.landing_day(feed, chain.as_of) / "requests.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return Requests(
        leaver["person_token"],
        (one["person_token"], other["person_token"]),
        (mixed["person_token"], mixed["identifier_token_of_platform"]),
    )


def tables_for(purpose: str, dbt_manifest: Path) -> set[str]:
    """Marts that rest on a purpose."""
    nodes = json.loads(dbt_manifest.read_text())["nodes"].values()
    return {node["name"] for node in nodes if purpose in node["config"].get("meta", {}).get("purposes", [])}


def published_tables_with(zones: Zones, text: str) -> set[str]:
    """Published tables, by their Parquet files, in which a text stands."""
    current = zones.published / "current"
    return {Path(name).stem for name in files_with(current.resolve() / "parquet", token_bytes(text))}


def rebuild(settings: Settings, dbt_manifest: Path) -> None:
    """As the job does it, but for the quality gate, which looks at one small chain a time elsewhere."""
    zones = settings.zones
    zones.warehouse_file.unlink(missing_ok=True)
    build_warehouse(zones, WITHOUT_TESTS)
    publish(zones, dbt_manifest)


def publish(zones: Zones, dbt_manifest: Path) -> None:
    tables = plan_tables(json.loads(dbt_manifest.read_text()))
    with building_snapshot(zones) as draft:
        published = write_tables(zones.warehouse_file, tables, draft.folder)
        draft.publish(tables=published, as_of_date=NOW.date(), code_revision="test")


def test_a_withdrawal_a_merge_a_split_and_an_erasure_leave_nothing_behind_and_every_total_as_it_was(
    chain, person, tmp_path
):
    root = tmp_path / "data"
    shutil.copytree(chain.zones.root, root, symlinks=True)
    settings = Settings(root)
    zones = settings.zones
    manifest = zones.root / "dbt_target" / "manifest.json"
    publish(zones, manifest)
    before = files_with(root, person.needles, skip=[root / "dbt_target"])
    assert {name.split("/")[0] for name in before} == {"landing", "lake", "vault", "warehouse", "published"}
    as_sent = {name for name, found in before.items() if found & person.spelled}
    assert {name.split("/")[0] for name in as_sent} == {"landing"}, "outside landing there are tokens only"
    asked = land_requests(chain, zones, person)
    profiling = tables_for("profiling", manifest)
    assert published_tables_with(zones, asked.withdrawing) & profiling >= {
        "dim_health_profiles",
        "fct_person_segments",
        "fct_customer_lifetime_value",
    }
    assert all(published_tables_with(zones, token) & profiling for token in asked.joined)
    assert links_between(chain, *asked.parted) == 1

    file_request(zones, person.token, "operator test", NOW)
    # Killed, as the kernel would, once the first files of the lake are written anew.
    script = (
        "import os, signal, sys, logging, datetime, pathlib\n"
        "from assets.erasure import engine\n"
        "from assets.identity.asset import resolve_lake\n"
        "from warehouse.settings import Settings\n"
        "settings, real = Settings(pathlib.Path(sys.argv[1])), engine.erase_in_lake\n"
        "def once(*arguments):\n"
        "    real(*arguments)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "engine.erase_in_lake = once\n"
        "hooks = engine.Rebuilding(lambda: resolve_lake(settings.zones), lambda: None)\n"
        "now = datetime.datetime.fromisoformat(sys.argv[2])\n"
        "engine.carry_out_erasures(settings, hooks, logging.getLogger(), now)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(root), NOW.isoformat()], cwd=PROJECT_ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    hooks = Rebuilding(lambda: resolve_lake(zones), lambda: rebuild(settings, manifest))
    proofs = carry_out_erasures(settings, hooks, logging.getLogger("erasure"), NOW)

    # Whoever asked in the consents feed is erased along with the person.
    assert pending_requests(zones) == {}
    assert len(list((zones.vault / "proofs").glob("*.json"))) == len(proofs) >= 1
    assert files_with(root, person.needles) == {}
    after = BuiltChain(zones, chain.truth, chain.as_of)
    assert_requests_are_met(after, asked, profiling)
    for query in SALES_TOTALS:
        assert_frame_equal(after.rows(query), chain.rows(query), check_exact=True)
    kpis = [built.rows(KPIS).filter(~names_persons(pl.col("feeds"))) for built in (chain, after)]
    assert kpis[0].height > 1000
    assert_frame_equal(kpis[1], kpis[0])
    books = after.rows("from fct_ingest_books")
    parts = pl.sum_horizontal("accepted_count", "duplicate_count", "quarantined_count", "erased_count")
    assert books.filter(pl.col("received_count") != parts).is_empty()
    assert set(books.filter(pl.col("erased_count") > 0)["feed"]) >= {"members", "community_activity"}


def links_between(chain: BuiltChain, person_token: str, identifier_token: str) -> int:
    return chain.rows(
        f"from int_identity_links where person_token = '{person_token}' and identifier_token = '{identifier_token}'"
    ).height


def assert_requests_are_met(after: BuiltChain, asked: Requests, profiling: set[str]) -> None:
    """What was derived is gone from the next snapshot, the person merged into another and the identifier parted too."""
    zones = after.zones
    assert published_tables_with(zones, asked.withdrawing)
    assert not published_tables_with(zones, asked.withdrawing) & profiling
    assert not tables_with(zones.warehouse_file, asked.withdrawing) & profiling
    history = {"fct_person_changes"}
    known = read_person_identifiers(zones)["person_token"]
    [absorbed] = set(asked.joined) - set(known)
    assert published_tables_with(zones, absorbed) == history
    assert {
        name for name in tables_with(zones.warehouse_file, absorbed) if not name.endswith("person_changes")
    } == set()
    in_lake = {name.split("/")[0] for name in files_with(zones.lake, token_bytes(absorbed))}
    assert in_lake == {"person_changes"}
    assert links_between(after, *asked.parted) == 0
    for database in (zones.warehouse_file, (zones.published / "current" / "persons.duckdb").resolve()):
        assert {name for name in tables_with(database, *asked.parted) if not name.endswith("person_changes")} == set()


def names_persons(feeds: pl.Expr) -> pl.Expr:
    """Whether a KPI is made of feeds of which a person's records go."""
    gone = [name for name, decision in DECISIONS.items() if not decision.keeps_record]
    return feeds.str.split(",").list.set_intersection(gone).list.len() > 0
