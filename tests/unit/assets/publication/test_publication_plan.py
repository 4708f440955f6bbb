"""What is published, and where to, follows from the grades alone."""

from __future__ import annotations

from typing import Any

import pytest

from assets.publication.plan import PublicationError, plan_tables
from tests.unit.assets.publication.small_manifest import KEYS, PERSON_LEVEL, build_manifest, column_meta
from tests.unit.quality.small_warehouse import build_warehouse


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build_warehouse(tmp_path_factory.mktemp("plan"))


@pytest.fixture
def manifest(built: Any) -> dict[str, Any]:
    return build_manifest(built)


def files(manifest: dict[str, Any]) -> dict[str, str]:
    return {table.name: table.database for table in plan_tables(manifest)}


def test_marts_are_published_and_kpi_inputs_and_inner_models_are_not(manifest: dict[str, Any]) -> None:
    assert set(files(manifest)) == set(KEYS)


def test_a_person_key_makes_a_table_person_level_whatever_its_grades(manifest: dict[str, Any]) -> None:
    assert {name for name, database in files(manifest).items() if database == "persons"} == PERSON_LEVEL
    for column in manifest["nodes"]["model.pharmacy.fct_orders"]["columns"].values():
        column["config"]["meta"]["grade"] = 1
    assert files(manifest)["fct_orders"] == "persons"


@pytest.mark.parametrize(("grade", "database"), [(2, "warehouse"), (3, "persons"), (4, "persons"), (5, None)])
def test_the_highest_grade_of_a_column_decides_the_file(
    manifest: dict[str, Any], grade: int, database: str | None
) -> None:
    column_meta(manifest, "fct_deliveries", "channel")["grade"] = grade
    assert files(manifest).get("fct_deliveries") == database


@pytest.mark.parametrize("grade", [None, 0, 6, "2", True, 1.5])
def test_a_column_without_a_valid_grade_is_named_with_its_model(manifest: dict[str, Any], grade: object) -> None:
    column_meta(manifest, "fct_deliveries", "channel")["grade"] = grade
    with pytest.raises(PublicationError, match="column channel of mart fct_deliveries has grade"):
        plan_tables(manifest)


def test_meta_beside_config_is_read_too(manifest: dict[str, Any]) -> None:
    column = manifest["nodes"]["model.pharmacy.fct_deliveries"]["columns"]["channel"]
    column["meta"] = column.pop("config")["meta"] | {"grade": 3}
    assert files(manifest)["fct_deliveries"] == "persons"


def test_the_key_comes_from_meta_or_the_grain_test_and_must_be_there(manifest: dict[str, Any]) -> None:
    model = manifest["nodes"]["model.pharmacy.dim_kpis"]
    model["config"]["meta"]["key"] = ["kpi_code", "unit"]
    assert {table.name: table.key for table in plan_tables(manifest)}["dim_kpis"] == ("kpi_code", "unit")
    del model["config"]["meta"]["key"]
    manifest["nodes"]["test.pharmacy.dim_kpis_grain"]["test_metadata"]["kwargs"] = {"column_name": "kpi_code"}
    assert {table.name: table.key for table in plan_tables(manifest)}["dim_kpis"] == ("kpi_code",)
    del manifest["nodes"]["test.pharmacy.dim_kpis_grain"]
    with pytest.raises(PublicationError, match="mart dim_kpis has no key"):
        plan_tables(manifest)
    model["config"]["meta"]["key"] = "absent"
    with pytest.raises(PublicationError, match="absent"):
        plan_tables(manifest)


def test_a_mart_without_columns_is_refused(manifest: dict[str, Any]) -> None:
    manifest["nodes"]["model.pharmacy.dim_kpis"]["columns"] = {}
    with pytest.raises(PublicationError, match="dim_kpis describes no columns"):
        plan_tables(manifest)
