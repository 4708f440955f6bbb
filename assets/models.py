"""The dbt project as Dagster assets: two ops, two dbt calls per run, with the Python model assets between them.

Belongs here: how dbt's nodes appear in Dagster (keys, groups, freshness) and how a run's arrival days reach dbt. Does
not belong here: anything about what a model computes.

Annotations are real here, not texts: Dagster looks at the type of ``context``.
"""

import fcntl
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets

from assets.freshness import DAILY_FRESHNESS
from warehouse.engine import MANIFEST
from warehouse.settings import PROJECT_ROOT, Settings

DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"
WAREHOUSE_POOL = "warehouse"
"""Concurrency pool of every step that opens the warehouse file: DuckDB lets one process in at a time."""
AFTER_MODEL_ASSETS = "source:model_assets+ fqn:pharmacy.marts"
"""dbt selection of the second op: what is downstream of a model asset's lake table, and every mart.

All marts, because the quality gate looks at them in one step and blocks what reads them: a mart of the second op that
reads one of the first would wait for the gate, and the gate for it.
"""
# Tests of the portable macros prove the project, not the data.
_NOT_OF_THE_DATA = "tag:portable"


class WarehouseTranslator(DagsterDbtTranslator):
    """Models are known by their bare name; groups come from the dbt group, freshness is one policy for all."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Spec of one dbt resource: key ``[<name>]``, the group of its domain, the common freshness policy."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        properties = self.get_resource_props(manifest, unique_id)
        if properties["resource_type"] == "source":
            return spec
        return spec.replace_attributes(
            group_name=properties["config"].get("group") or "reference", freshness_policy=DAILY_FRESHNESS
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """``[<name>]`` for models and seeds; sources name theirs in ``meta.dagster.asset_key``."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([dbt_resource_props["name"]])


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Variables a dbt process needs to work on this deployment's data root (not the whole environment)."""
    return {
        "WAREHOUSE_DATA_DIR": str(settings.data_root),
        "WAREHOUSE_TIMEZONE": settings.timezone,
        "WAREHOUSE_ENGINE": settings.engine,
        "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR),
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def dbt_executable() -> str:
    """The ``dbt`` of this interpreter's installation."""
    return str(Path(sys.executable).parent / "dbt")


def wait_for_warehouse(settings: Settings, log: logging.Logger, wait_seconds: float = 600) -> None:
    """Return once no other process holds the warehouse file; a killed run can leave its dbt running for a while.

    Spark has no such lock: there it returns at once.

    Raises :class:`TimeoutError` that says what to look for if the file stays taken for ``wait_seconds``.
    """
    warehouse_file = settings.zones.warehouse_file
    deadline = time.monotonic() + wait_seconds
    is_told = False
    while settings.engine == "duckdb" and warehouse_file.exists():
        try:
            duckdb.connect(str(warehouse_file)).close()
            return
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"Another process holds {warehouse_file.name}: end it (a dbt left by a killed run, or a tool that "
                    "opened the file) and run again. Readers open published/current instead."
                ) from error
            if not is_told:
                log.warning("Waiting for another process to let go of the warehouse file")
                is_told = True
            time.sleep(1)


def ensure_manifest(settings: Settings) -> Path:
    """Path of ``manifest.json``, parsed anew if any file of the dbt project is younger.

    Several processes load the definitions at once (web server, daemon, code server); a file lock lets one of them
    parse and the others take its result. Raises :class:`RuntimeError` with dbt's words if the project does not parse.
    """
    target = settings.dbt_target
    target.mkdir(parents=True, exist_ok=True)
    manifest = target / MANIFEST
    with (target / ".parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = (path for path in DBT_PROJECT_DIR.rglob("*") if path.suffix in {".sql", ".yml", ".csv", ".md"})
        newest = max(path.stat().st_mtime for path in sources)
        if not manifest.exists() or manifest.stat().st_mtime < newest:
            parsed = subprocess.run(
                [dbt_executable(), "--quiet", "parse", "--project-dir", str(DBT_PROJECT_DIR)],
                env={**os.environ, **dbt_environment(settings)},
                capture_output=True,
                text=True,
                check=False,
            )
            if parsed.returncode != 0:
                raise RuntimeError(f"The dbt project does not parse; mend it and load again.\n{parsed.stdout[-4000:]}")
            # A parse that finds nothing changed leaves the old time on the file.
            os.utime(manifest)
    return manifest


def run_arrival_days(tags: Mapping[str, str]) -> dict[str, str]:
    """Environment that names the arrival days of a run with these tags; empty for a run without partition."""
    first = tags.get("dagster/asset_partition_range_start") or tags.get("dagster/partition")
    last = tags.get("dagster/asset_partition_range_end") or first
    return {"WAREHOUSE_ARRIVED_FROM": first, "WAREHOUSE_ARRIVED_TO": last} if first and last else {}


def build_dbt_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Every seed, model and test of the dbt project, as two ops: before and after the Python model assets.

    A model asset reads intermediate tables that the first op made and writes its table into the lake; the second op
    reads that as a table of the source ``model_assets``. The graph alone says which model belongs where. A model asset
    that reads what the second op makes would close a circle, and dbt would start a third time.

    Not partitioned: a table is brought up to date as a whole, with every file that is pending, whichever days the run
    ingested. Partitioned, a backfill of a quarter would record ninety materialisations of every table.
    """
    return [
        _build_dbt_step(settings, "warehouse_intermediates", "fqn:*", f"{_NOT_OF_THE_DATA} {AFTER_MODEL_ASSETS}"),
        _build_dbt_step(settings, "warehouse_marts", AFTER_MODEL_ASSETS, _NOT_OF_THE_DATA),
    ]


def _build_dbt_step(settings: Settings, name: str, select: str, exclude: str) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=ensure_manifest(settings),
        name=name,
        select=select,
        exclude=exclude,
        dagster_dbt_translator=WarehouseTranslator(
            settings=DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True)
        ),
        pool=WAREHOUSE_POOL,
    )
    def dbt_step(context: dg.AssetExecutionContext) -> Iterator[Any]:
        """Run ``dbt build`` once; it takes up every pending file and the arrival days of this run."""
        settings.zones.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
        wait_for_warehouse(settings, context.log)
        # dagster-dbt hands this process's environment to dbt and offers no other way to add to it. The days go by
        # environment because a changed --vars makes dbt parse the whole project again.
        for variable in ("WAREHOUSE_ARRIVED_FROM", "WAREHOUSE_ARRIVED_TO"):
            os.environ.pop(variable, None)
        os.environ.update(dbt_environment(settings) | run_arrival_days(context.run.tags))
        dbt = DbtCliResource(
            project_dir=str(DBT_PROJECT_DIR), profiles_dir=str(DBT_PROJECT_DIR), dbt_executable=dbt_executable()
        )
        yield from dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context).stream()

    return dbt_step


def _manifest_nodes(settings: Settings) -> dict[str, Any]:
    return json.loads(ensure_manifest(settings).read_text(encoding="utf-8"))


def mart_asset_keys(settings: Settings) -> list[dg.AssetKey]:
    """Asset keys of every mart, sorted: what publication and the quality gate stand on."""
    nodes = _manifest_nodes(settings)["nodes"].values()
    marts = (node for node in nodes if node["resource_type"] == "model" and node["fqn"][1] == "marts")
    return sorted(dg.AssetKey([node["name"]]) for node in marts)


def build_exposure_specs(settings: Settings) -> list[dg.AssetSpec]:
    """One external asset per dbt exposure (a page, an API route), downstream of the published snapshot."""
    manifest = _manifest_nodes(settings)
    specs = []
    for exposure in manifest["exposures"].values():
        models = [manifest["nodes"][node]["name"] for node in exposure["depends_on"]["nodes"]]
        specs.append(
            dg.AssetSpec(
                key=dg.AssetKey(["serving", exposure["name"]]),
                deps=[dg.AssetKey(["published", "snapshot"]), *(dg.AssetKey([model]) for model in models)],
                description=exposure["description"],
                group_name="serving",
                owners=["team:platform"],
                kinds={"api" if exposure["type"] == "application" else "dashboard"},
            )
        )
    return specs
