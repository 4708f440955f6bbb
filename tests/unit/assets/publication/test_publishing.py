"""A green gate publishes the marts; anything else leaves readers on the snapshot they have."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.publication import revision
from assets.publication.plan import PublicationError
from assets.publication.publishing import publish_snapshot
from assets.publication.writing import file_sha256
from quality.gate import run_gate
from quality.results import CheckResult, record_results
from quality.suite import discover_suites
from tests.unit.assets.publication.small_manifest import KEYS, PERSON_LEVEL, build_manifest, column_meta, write_manifest
from tests.unit.quality.small_warehouse import AS_OF, build_warehouse, plant
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.snapshots import NoSnapshotError, Snapshot, current_snapshot_id, open_current, snapshot_ids

Publish = Callable[..., Snapshot]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = build_warehouse(tmp_path_factory.mktemp("good"))
    record_results(settings, run_gate(settings, discover_suites()))
    write_manifest(settings, build_manifest(settings))
    return settings


@pytest.fixture
def settings(good: Settings, tmp_path: Path) -> Settings:
    """A deployment of its own, checked and ready to publish (copying keeps the file's times, so results hold)."""
    shutil.copytree(good.data_root, tmp_path / "data")
    return replace(good, data_root=tmp_path / "data")


def publish(settings: Settings, **options: Any) -> Snapshot:
    return publish_snapshot(settings, settings.data_root / "dbt_manifest.json", **options)


def pass_gate(settings: Settings) -> None:
    """Record green results for the warehouse as it is now, without the seconds a real gate takes."""
    green = [
        CheckResult(suite.table, check.name, check.severity, True, "")
        for suite in discover_suites()
        for check in suite.checks
    ]
    record_results(settings, green)


def test_a_checked_warehouse_is_published_with_all_its_marts(settings: Settings) -> None:
    published = publish(settings)
    opened = open_current(settings.zones)
    assert opened.snapshot_id == published.snapshot_id
    manifest = opened.manifest
    assert [table.name for table in manifest.tables] == sorted(KEYS)
    assert (manifest.as_of_date, bool(manifest.code_revision)) == (AS_OF, True)
    assert len(manifest.quality) == sum(len(suite.checks) for suite in discover_suites())
    for table in manifest.tables:
        with opened.connect(table.database) as connection:
            assert connection.execute(f"select count(*) from {table.name}").fetchall() == [(table.rows,)]
            described = connection.execute(f"describe {table.name}").fetchall()
        assert [(column.name, column.type) for column in table.columns] == [(row[0], row[1]) for row in described]
        assert all(column.description == f"The {column.name}." for column in table.columns)
        assert file_sha256(opened.parquet(table.name)) == table.sha256
        with duckdb.connect() as connection:
            path = opened.parquet(table.name)
            assert connection.execute(f"select count(*) from '{path}'").fetchall() == [(table.rows,)]
            rows = connection.execute(f"select {', '.join(table.key)} from '{path}'").fetchall()
        assert rows == sorted(rows), "rows lie in the order of the key"
    assert manifest.table("fct_orders").columns[0].grade == 3
    assert manifest.table("fct_orders").description == "One row per order_id. It's small."


def test_persons_are_never_in_the_open_file(settings: Settings) -> None:
    snapshot = publish(settings)
    for database, expected in (("warehouse", set(KEYS) - PERSON_LEVEL), ("persons", PERSON_LEVEL)):
        with snapshot.connect(database) as connection:
            tables = connection.execute("select table_name from duckdb_tables()").fetchall()
            columns = connection.execute("select column_name from duckdb_columns() where not internal").fetchall()
        assert {name for (name,) in tables} == expected
        assert (("customer_token",) in columns) == (database == "persons")
    assert b"token-1" in (snapshot.folder / "persons.duckdb").read_bytes()
    assert b"token-1" not in (snapshot.folder / "warehouse.duckdb").read_bytes(), "not even in freed blocks"


def test_the_same_marts_give_the_same_checksums_in_whatever_order_they_lie(settings: Settings) -> None:
    first = publish(settings)
    for table in KEYS:
        plant(
            settings,
            f"create table shuffled as select * from {table} order by random()",
            f"delete from {table}",
            f"insert into {table} select * from shuffled",
            "drop table shuffled",
        )
    pass_gate(settings)
    second = publish(settings)
    assert [table.sha256 for table in first.manifest.tables] == [table.sha256 for table in second.manifest.tables]
    assert first.snapshot_id != second.snapshot_id
    assert first.snapshot_id[-8:] == second.snapshot_id[-8:]


def test_readers_keep_reading_the_old_snapshot_while_a_new_one_comes(settings: Settings) -> None:
    publish(settings)
    pinned = open_current(settings.zones)
    query = "select sum(net_sales_yuan) from fct_orders"
    with pinned.connect("persons") as connection:
        before = connection.execute(query).fetchall()
        plant(settings, "update fct_orders set net_sales_yuan = net_sales_yuan + 1")
        pass_gate(settings)
        publish(settings)
        assert connection.execute(query).fetchall() == before
    with pinned.connect("persons") as connection:
        assert connection.execute(query).fetchall() == before
    with open_current(settings.zones).connect("persons") as connection:
        assert connection.execute(query).fetchall() != before


def test_only_the_last_snapshots_stay(settings: Settings) -> None:
    keeping_two = replace(settings, snapshots_kept=2)
    ids = [publish(keeping_two).snapshot_id for _ in range(3)]
    assert snapshot_ids(settings.zones) == ids[1:]


FAIL_DEFECTS = {
    "missing day": (
        "delete from fct_kpi_daily where business_date = date '2026-03-15'",
        "fct_kpi_daily",
        "no_day_missing",
    ),
    "rate of 1.2": (
        "update fct_kpi_daily set numerator = 120, value = 1.2 where kpi_code = 'community_mau_rate'",
        "fct_kpi_daily",
        "rates_between_0_and_1",
    ),
    "sum off by a cent": (
        "update fct_kpi_daily set numerator = numerator + 0.01, value = value + 0.01 where kpi_code = 'sales_yuan'"
        " and business_date = date '2026-03-15'",
        "fct_kpi_daily",
        "sales_equal_orders",
    ),
    "pending file": (
        "delete from fct_ingest_books where arrived_on = date '2026-03-15' and feed = 'orders'",
        "fct_ingest_books",
        "no_file_pending",
    ),
    "duplicate key": ("insert into fct_orders select * from fct_orders limit 1", "fct_orders", "key_unique"),
}


@pytest.mark.parametrize("name", FAIL_DEFECTS)
def test_a_defect_leaves_readers_on_the_snapshot_they_have(settings: Settings, name: str) -> None:
    defect, table, check = FAIL_DEFECTS[name]
    before = publish(settings).snapshot_id
    plant(settings, defect)
    pass_gate(settings)
    suite = next(suite for suite in discover_suites() if suite.table == table)
    record_results(settings, run_gate(settings, [suite]))
    with pytest.raises(PublicationError, match=rf"{table}\.{check}"):
        publish(settings)
    assert current_snapshot_id(settings.zones) == before
    assert snapshot_ids(settings.zones) == [before]
    assert [path.name for path in settings.zones.published.iterdir() if path.name.startswith(".building")] == []


def test_a_warning_publishes_and_is_in_the_manifest(settings: Settings) -> None:
    record_results(settings, [CheckResult("fct_orders", "cancelled_share", "warn", False, "1 findings")])
    quality = {(result.table, result.check): result for result in publish(settings).manifest.quality}
    assert not quality["fct_orders", "cancelled_share"].passed


def test_results_of_an_older_warehouse_do_not_count_unless_found_in_this_run(settings: Settings) -> None:
    results = run_gate(settings, discover_suites())
    record_results(settings, results, run_id="this")
    plant(settings, "create table later (a integer)")
    with pytest.raises(PublicationError, match="run the quality gate after dbt"):
        publish(settings)
    with pytest.raises(NoSnapshotError):
        open_current(settings.zones)
    publish(settings, run_id="this")


def test_a_gate_that_was_run_in_part_does_not_open(settings: Settings) -> None:
    plant(settings, "create table later (a integer)")
    suite = discover_suites()[0]
    record_results(settings, run_gate(settings, [suite]))
    with pytest.raises(PublicationError, match="have no result"):
        publish(settings)


def test_an_ungraded_column_leaves_readers_on_the_snapshot_they_have(settings: Settings) -> None:
    before = publish(settings).snapshot_id
    manifest = build_manifest(settings)
    del column_meta(manifest, "fct_deliveries", "channel")["grade"]
    write_manifest(settings, manifest)
    with pytest.raises(PublicationError, match="column channel of mart fct_deliveries"):
        publish(settings)
    assert current_snapshot_id(settings.zones) == before


@pytest.mark.parametrize(
    ("defect", "message"),
    [
        ("alter table fct_deliveries add column phone varchar", "phone.* of mart fct_deliveries are not described"),
        ("alter table fct_deliveries drop column channel", "channel.* of mart fct_deliveries are not in the warehouse"),
        ("drop table fct_deliveries", "mart fct_deliveries is not in the warehouse"),
        ("insert into dim_kpis select * from dim_kpis limit 1", "dim_kpis has 1 rows with a key"),
        ("delete from fct_ingest_books", "nothing to publish"),
        ("drop table fct_ingest_books", "run dbt build first"),
    ],
)
def test_a_warehouse_that_is_not_as_described_is_refused(settings: Settings, defect: str, message: str) -> None:
    before = publish(settings).snapshot_id
    plant(settings, defect)
    pass_gate(settings)
    with pytest.raises(PublicationError, match=message):
        publish(settings)
    assert current_snapshot_id(settings.zones) == before
    assert snapshot_ids(settings.zones) == [before]


def test_the_revision_is_the_commit_or_the_version_where_there_is_no_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(PROJECT_ROOT / "pyproject.toml", tmp_path)
    monkeypatch.setattr(revision, "PROJECT_ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert revision.code_revision().startswith("version ")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    commit = revision.code_revision()
    assert len(commit) == 12
    (tmp_path / "pyproject.toml").write_text("[project]")
    assert revision.code_revision() == f"{commit}-dirty"
