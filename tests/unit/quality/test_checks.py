"""In Dagster a failing ``fail`` check keeps the snapshot from being published, a ``warn`` one only shows."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from assets.publication.asset import SNAPSHOT_KEY, build_publication_assets
from quality.checks import build_quality_checks
from quality.suite import discover_suites
from tests.unit.assets.publication.small_manifest import build_manifest, write_manifest
from tests.unit.quality.small_warehouse import build_warehouse, plant
from warehouse.settings import Settings
from warehouse.snapshots import NoSnapshotError, open_current

pytestmark = pytest.mark.filterwarnings("ignore::dagster.BetaWarning", "ignore::dagster.PreviewWarning")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    built = build_warehouse(tmp_path)
    write_manifest(built, build_manifest(built))
    return built


def run(settings: Settings, selection: dg.AssetSelection | None = None) -> dg.ExecuteInProcessResult:
    tables = [suite.table for suite in discover_suites()]

    @dg.multi_asset(name="models", specs=[dg.AssetSpec(table) for table in tables])
    def models():
        for table in tables:
            yield dg.MaterializeResult(asset_key=table)

    publication = build_publication_assets(
        settings, [dg.AssetKey([table]) for table in tables], settings.data_root / "dbt_manifest.json"
    )
    definitions = dg.Definitions(
        assets=[models, *publication],
        asset_checks=build_quality_checks(settings),
        jobs=[dg.define_asset_job("daily", selection=selection or dg.AssetSelection.all())],
    )
    return definitions.resolve_job_def("daily").execute_in_process(raise_on_error=False)


def evaluations(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
    return {(e.asset_key.to_user_string(), e.check_name): e for e in result.get_asset_check_evaluations()}


def test_a_green_gate_publishes_in_one_run(settings: Settings) -> None:
    result = run(settings)
    assert result.success
    found = evaluations(result)
    assert len(found) == sum(len(suite.checks) for suite in discover_suites())
    [materialization] = result.asset_materializations_for_node("published__snapshot")
    snapshot = open_current(settings.zones)
    assert materialization.metadata["snapshot_id"].value == snapshot.snapshot_id
    assert materialization.metadata["as_of_date"].value == snapshot.manifest.as_of_date.isoformat()
    assert materialization.metadata["dagster/row_count"].value == sum(t.rows for t in snapshot.manifest.tables)


def test_a_failing_check_blocks_the_snapshot_and_every_other_check_still_reports(settings: Settings) -> None:
    plant(settings, "update fct_ingest_books set accepted_count = accepted_count + 1")
    result = run(settings)
    assert not result.success
    found = evaluations(result)
    assert len(found) == sum(len(suite.checks) for suite in discover_suites())
    broken = found["fct_ingest_books", "books_add_up"]
    assert (broken.passed, broken.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert broken.metadata["observed"].value == "120 findings"
    assert broken.metadata["reason"].value
    with pytest.raises(NoSnapshotError):
        open_current(settings.zones)


def test_a_warning_shows_and_does_not_block(settings: Settings) -> None:
    plant(settings, "update fct_orders set customer_token = null")
    result = run(settings)
    assert result.success
    warned = evaluations(result)["fct_orders", "customer_token_known_share"]
    assert (warned.passed, warned.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert not all(check.passed for check in open_current(settings.zones).manifest.quality)


def test_one_table_can_be_checked_alone(settings: Settings) -> None:
    result = run(settings, dg.AssetSelection.checks_for_assets(dg.AssetKey(["fct_orders"])))
    assert result.success
    assert {table for table, _ in evaluations(result)} == {"fct_orders"}


def test_without_a_warehouse_every_check_reports_what_to_do(tmp_path: Path) -> None:
    result = run(Settings(data_root=tmp_path), dg.AssetSelection.all() - dg.AssetSelection.assets(SNAPSHOT_KEY))
    found = evaluations(result)
    assert len(found) == sum(len(suite.checks) for suite in discover_suites())
    assert all("run dbt build" in evaluation.metadata["observed"].value for evaluation in found.values())


def test_fail_checks_block_and_warn_checks_do_not() -> None:
    [gate] = build_quality_checks(Settings(data_root=Path("nowhere")))
    blocking = {(spec.asset_key.to_user_string(), spec.name): spec.blocking for spec in gate.check_specs}
    assert blocking == {
        (suite.table, check.name): check.severity == "fail" for suite in discover_suites() for check in suite.checks
    }
