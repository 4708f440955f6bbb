"""Which marts are published, into which file, in which order of rows: decided from the dbt manifest alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.snapshot_manifest import Database

OPEN_GRADE = 2
"""Highest grade that ``warehouse.duckdb`` holds; above it, or with a person key, a table is person-level."""
PERSONS_GRADE = 4
"""Highest grade that is published at all; grade 5 (special diseases) stays in the warehouse."""
SMALLEST_SHOWN_COUNT = 11
"""Least count of people, other than 0, in ``warehouse.duckdb``: that of the seed ``people_count_limits``."""
KPI_INPUT_PREFIX = "kpi_"
"""Models that feed ``fct_kpi_daily``, where small counts are suppressed; they are not published on their own."""


class PublicationError(RuntimeError):
    """Nothing was published; the message names the model and what to mend."""


@dataclass(frozen=True)
class PlannedColumn:
    """What the dbt project says about one column."""

    name: str
    description: str
    grade: int
    is_person_key: bool
    unit: str | None
    counts_people: bool = False
    """Whether it is a number of people, which is not shown from 1 to 10 in the open file."""


@dataclass(frozen=True)
class PlannedTable:
    """One mart to publish."""

    name: str
    relation: str
    """Its name in the warehouse."""
    description: str
    columns: tuple[PlannedColumn, ...]
    key: tuple[str, ...]

    @property
    def grade(self) -> int:
        """Highest grade of its columns."""
        return max(column.grade for column in self.columns)

    @property
    def database(self) -> Database:
        """File that it goes into."""
        is_person_level = any(column.is_person_key for column in self.columns)
        return "persons" if is_person_level or self.grade > OPEN_GRADE else "warehouse"


def plan_tables(dbt_manifest: Mapping[str, Any]) -> list[PlannedTable]:
    """Marts to publish, by name.

    Args:
        dbt_manifest: parsed ``manifest.json`` of the dbt project.

    Raises:
        PublicationError: a mart has no columns, no key, or a column without a grade from 1 to 5.
    """
    nodes = dbt_manifest["nodes"].values()
    grains = {
        node["name"]: node for node in nodes if node["resource_type"] == "test" and node["name"].endswith("_grain")
    }
    marts = [
        node
        for node in nodes
        if node["resource_type"] == "model"
        and node["path"].startswith("marts/")
        and not node["name"].startswith(KPI_INPUT_PREFIX)
    ]
    planned = [_plan_table(node, grains.get(f"{node['name']}_grain")) for node in marts]
    return sorted((table for table in planned if table.grade <= PERSONS_GRADE), key=lambda table: table.name)


def _plan_table(node: Mapping[str, Any], grain_test: Mapping[str, Any] | None) -> PlannedTable:
    name = node["name"]
    if not node["columns"]:
        raise PublicationError(f"mart {name} describes no columns; describe each, with meta.grade, in its .yml")
    columns = tuple(_plan_column(name, column) for column in node["columns"].values())
    key = _key(name, node, grain_test)
    unknown = sorted(set(key) - {column.name for column in columns})
    if unknown:
        raise PublicationError(f"mart {name} has the key columns {unknown}, which its .yml does not describe")
    return PlannedTable(name, node["alias"], _one_line(node["description"]), columns, key)


def _plan_column(model: str, column: Mapping[str, Any]) -> PlannedColumn:
    meta = _meta(column)
    grade = meta.get("grade")
    if not isinstance(grade, int) or isinstance(grade, bool) or not 1 <= grade <= 5:
        raise PublicationError(
            f"column {column['name']} of mart {model} has grade {grade!r}; give it meta.grade from 1 (public) to 5 in"
            " its .yml: the grade decides who may read it"
        )
    is_person_key = bool(meta.get("is_person_key", False))
    return PlannedColumn(
        name=column["name"],
        description=_one_line(column["description"]),
        grade=grade,
        is_person_key=is_person_key,
        unit=meta.get("unit"),
        counts_people=bool(meta.get("counts_people", False)),
    )


def _key(model: str, node: Mapping[str, Any], grain_test: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Key columns from the model's ``meta.key``, else from its grain test."""
    key = _meta(node).get("key")
    if key is None and grain_test is not None:
        arguments = grain_test.get("test_metadata", {}).get("kwargs", {})
        key = arguments.get("columns") or arguments.get("column_name")
    if not key:
        raise PublicationError(
            f"mart {model} has no key; add the test {model}_grain (unique_combination) to its .yml, so that rows are"
            " always published in the same order"
        )
    return (key,) if isinstance(key, str) else tuple(key)


def _meta(resource: Mapping[str, Any]) -> dict[str, Any]:
    """``meta`` of a model or column; dbt moved it below ``config`` and older manifests have it beside."""
    return {**(resource.get("meta") or {}), **((resource.get("config") or {}).get("meta") or {})}


def _one_line(text: str) -> str:
    return " ".join(text.split())
