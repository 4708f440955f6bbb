"""The portable macros give on DuckDB what their tests say; ``make test-spark`` runs the same tests on Spark."""

from pathlib import Path

from tests.unit.dbt.compiled_models import CompiledProject, run_dbt


def test_every_portable_macro_means_what_its_test_says(tmp_path: Path) -> None:
    assert "PASS=" in run_dbt(tmp_path, "test", "--select", "tag:portable")


def test_every_portable_macro_has_a_test_of_its_own(project: CompiledProject) -> None:
    manifest = project.manifest
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
