"""The code location as a deployment sees it: it loads from nothing and says everything it should."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from assets.feeds import FEEDS
from orchestration.definitions import build_defs
from warehouse.settings import PROJECT_ROOT, Settings

PINNED_KEYS = Path(__file__).with_name("asset_keys.txt")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_defs(Settings(data_root=tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_asset_keys_are_the_pinned_ones(specs: dict[str, dg.AssetSpec]) -> None:
    pinned = PINNED_KEYS.read_text().split()
    assert sorted(specs) == pinned, f"If the change is meant, write the sorted keys to {PINNED_KEYS.name}"


def test_definitions_load_without_secrets_network_or_data(tmp_path: Path) -> None:
    # No network: every socket but a local one raises in the child.
    probe = """
import socket
connect = socket.socket.connect
def refuse(self, address):
    if isinstance(address, tuple) and not str(address[0]).startswith("127."):
        raise OSError(f"network used: {address}")
    return connect(self, address)
socket.socket.connect = refuse
import orchestration.definitions
print(len(list(orchestration.definitions.defs.resolve_all_asset_specs())))
"""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WAREHOUSE_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


def test_every_asset_has_owner_description_group_and_kind(specs: dict[str, dg.AssetSpec]) -> None:
    for name, spec in specs.items():
        assert spec.owners, f"{name} has no owner"
        assert spec.description, f"{name} has no description"
        assert spec.group_name != "default", f"{name} has no group"
        assert spec.kinds, f"{name} has no kind"


def test_every_produced_asset_has_a_freshness_policy(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        assert graph.get(key).freshness_policy is not None, f"{key.to_user_string()} has no freshness policy"


def test_lineage_is_unbroken_from_feed_to_page(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    def upstream_of(key: dg.AssetKey) -> set[dg.AssetKey]:
        seen: set[dg.AssetKey] = set()
        waiting = [key]
        while waiting:
            for parent in graph.get(waiting.pop()).parent_keys - seen:
                seen.add(parent)
                waiting.append(parent)
        return seen

    page = upstream_of(dg.AssetKey(["serving", "dashboard_overview"]))
    assert dg.AssetKey(["published", "snapshot"]) in page
    assert dg.AssetKey(["fct_kpi_daily"]) in page
    for feed in ("orders", "inventory", "iot_readings", "community_activity", "products", "stores", "calendar"):
        assert dg.AssetKey(["landing", feed]) in page, f"the page does not descend from {feed}"


def test_no_asset_is_a_stub_that_only_others_name(definitions: dg.Definitions, specs) -> None:
    graph = definitions.resolve_asset_graph()
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == set(specs)


def test_daily_job_and_schedule_keep_the_chains_own_day(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("daily_schedule")
    assert schedule.execution_timezone == "Asia/Shanghai"
    request = schedule.evaluate_tick(
        dg.build_schedule_context(
            # Half past midnight of 1 March in Shanghai, still February in UTC.
            scheduled_execution_time=datetime.fromisoformat("2026-02-28T16:30:00+00:00"),
            repository_def=definitions.get_repository_def(),
        )
    ).run_requests
    assert request is not None
    assert [run.partition_key for run in request] == ["2026-02-28"]


def test_blocking_checks_stand_between_facts_and_snapshot(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    blocking = {key.asset_key.to_user_string() for key in graph.asset_check_keys if graph.get(key).blocking}
    for table in ("fct_kpi_daily", "fct_orders", "fct_stock_positions_daily", "fct_ingest_books"):
        assert table in blocking, f"{table} has no blocking check"


def test_python_model_assets_stand_between_two_dbt_calls(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_job_def("daily").graph
    steps = {node.name: set() for node in graph.nodes}
    for node, inputs in graph.dependencies.items():
        for dependency in inputs.values():
            steps[node.name] |= {found.node for found in dependency.get_node_dependencies()}
    # Dagster would split an op that waits for itself by way of others, and start dbt once more for each part.
    assert {name for name in steps if name.startswith("warehouse_")} == {"warehouse_intermediates", "warehouse_marts"}
    for model_asset in ("lake__policy_replays", "lake__content_breaches"):
        assert "warehouse_intermediates" in steps[model_asset]
        assert model_asset in steps["warehouse_marts"]


def test_a_rebuild_makes_all_that_a_daily_run_does_but_loads_nothing(definitions: dg.Definitions) -> None:
    # Regression: dbt's group of the ingest models was taken for the feeds, and the rebuild of an erasure failed.
    made = {name: definitions.resolve_job_def(name).asset_layer.selected_asset_keys for name in ("daily", "rebuild")}
    left_out = made["daily"] - made["rebuild"]
    assert left_out == {dg.AssetKey(["lake", table]) for feed in FEEDS.values() for table in feed.lake_tables}
    assert made["rebuild"] < made["daily"]
