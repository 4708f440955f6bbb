"""The feeds as Dagster shows them."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.feeds import FEEDS
from assets.ingest.asset import build_ingest_assets, build_landing_specs, lake_key, landing_key
from tests.unit.assets.ingest.conftest import json_lines, order
from warehouse.settings import Settings

DAYS = dg.DailyPartitionsDefinition("2025-03-01", end_date="2025-03-10")


@pytest.fixture
def orders_asset(sandbox):
    built = build_ingest_assets(Settings(sandbox.zones.root), DAYS)
    return next(asset for asset in built if lake_key("orders") in asset.keys)


def run(asset, **arguments):
    result = dg.materialize([asset, *build_landing_specs()], instance=dg.DagsterInstance.ephemeral(), **arguments)
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    return result, checks


def test_every_lake_table_is_an_asset_downstream_of_its_landing_folder(sandbox):
    built = build_ingest_assets(Settings(sandbox.zones.root), DAYS)
    specs = {spec.key: spec for asset in built for spec in asset.specs}
    for feed in FEEDS.values():
        for table in feed.lake_tables:
            assert [dep.asset_key for dep in specs[lake_key(table)].deps] == [landing_key(feed)]
            assert specs[lake_key(table)].group_name == "ingest"
    assert lake_key("file_receipts") in specs
    dg.Definitions.validate_loadable(dg.Definitions(assets=[*built, *build_landing_specs()]))


def test_a_day_with_good_and_bad_files_materialises_and_its_checks_say_what_was_bad(sandbox, orders_asset):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1), order(2, channel="fax"), order(3, app_build="9")))
    sandbox.drop("orders", "b.parquet", b"no parquet")
    result, checks = run(orders_asset, partition_key="2025-03-05")
    assert result.success
    readable, valid, drift = (checks[name] for name in ("files_readable", "records_valid", "no_drift"))
    assert (readable.passed, readable.severity, readable.blocking) == (False, dg.AssetCheckSeverity.ERROR, False)
    assert "b.parquet: corrupt_file" in readable.description
    assert "send the file again" in readable.description
    assert (valid.passed, valid.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert valid.metadata["rules"].value == {"value_not_allowed": 1, "corrupt_file": 1}
    assert (drift.passed, drift.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "app_build" in drift.description
    (event,) = result.asset_materializations_for_node("ingest_orders")[:1]
    numbers = {name: event.metadata[name].value for name in ("files", "received", "valid", "quarantined")}
    assert numbers == {"files": 2, "received": 4, "valid": 2, "quarantined": 2}


def test_a_clean_or_empty_day_passes_every_check(sandbox, orders_asset):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1)))
    for day in ("2025-03-05", "2025-03-06"):
        _, checks = run(orders_asset, partition_key=day)
        assert all(check.passed for check in checks.values())


def test_a_backfill_of_many_days_is_one_run(sandbox, orders_asset):
    assert orders_asset.backfill_policy == dg.BackfillPolicy.single_run()
    sandbox.drop("orders", "a.jsonl", json_lines(order(1)))
    tags = {"dagster/asset_partition_range_start": "2025-03-01", "dagster/asset_partition_range_end": "2025-03-09"}
    result, _ = run(orders_asset, tags=tags)
    assert result.success
    assert len(sandbox.lake("orders")) == 1
