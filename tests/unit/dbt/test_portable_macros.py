"""The portable macros give on DuckDB what their tests say; ``make test-spark`` runs the same tests on Spark."""

import json
import os
import subprocess
import sys
from pathlib import Path

from warehouse.settings import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"


def dbt(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    folders = ["--project-dir", str(DBT_PROJECT), "--target-path", str(root / "dbt"), "--log-path", str(root / "dbt")]
    (root / "warehouse").mkdir(exist_ok=True)
    return subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), *arguments, *folders],
        cwd=PROJECT_ROOT,
        env={**os.environ, "WAREHOUSE_DATA_DIR": str(root), "DBT_PROFILES_DIR": str(DBT_PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_portable_macro_means_what_its_test_says(tmp_path: Path) -> None:
    run = dbt(tmp_path, "test", "--select", "tag:portable")
    assert run.returncode == 0, run.stdout[-4000:]


def test_every_portable_macro_has_a_test_of_its_own(tmp_path: Path) -> None:
    parsed = dbt(tmp_path, "parse")
    assert parsed.returncode == 0, parsed.stdout[-4000:]
    manifest = json.loads((tmp_path / "dbt" / "manifest.json").read_text())
    macros = {
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "pharmacy"
        and macro["path"].startswith("macros/portable/")
        and not macro["name"].startswith(("duckdb__", "spark__"))
    }
    tests = {node["name"] for node in manifest["nodes"].values() if "portable" in node["tags"]}
    # Only the other macros call it, and only to know the deployment's zone.
    assert macros - tests == {"zone_name"}
