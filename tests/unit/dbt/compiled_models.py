"""SQL of single models, as dbt compiles it, run on tables that a test makes up.

dbt's own unit tests hold a handful of rows written by hand; here a model meets thousands of generated ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.settings import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
DATABASE = "warehouse"
"""Name of the database in compiled SQL: the stem of the warehouse's file."""


@dataclass(frozen=True)
class CompiledProject:
    """What ``dbt compile`` writes of the whole project, nothing being there yet that is incremental."""

    target: Path
    output: str

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """dbt's manifest."""
        return json.loads((self.target / "manifest.json").read_text())

    def sql(self, model: str) -> str:
        """SQL of a model."""
        return next((self.target / "compiled" / "pharmacy" / "models").rglob(f"{model}.sql")).read_text()


def run_dbt(folder: Path, *arguments: str) -> str:
    """Run dbt on an empty warehouse below ``folder``, target and log in ``folder/dbt``; what it says.

    Fails the test with dbt's words if it does not succeed.
    """
    (folder / "warehouse").mkdir(parents=True, exist_ok=True)
    target = str(folder / "dbt")
    command = [str(Path(sys.executable).parent / "dbt"), *arguments]
    done = subprocess.run(
        [*command, "--project-dir", str(DBT_PROJECT), "--target-path", target, "--log-path", target],
        cwd=PROJECT_ROOT,
        env={**os.environ, "WAREHOUSE_DATA_DIR": str(folder), "DBT_PROFILES_DIR": str(DBT_PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def compile_project(folder: Path) -> None:
    """Compile the whole project into ``folder/dbt``."""
    output = run_dbt(folder, "compile", "--no-partial-parse", "--show-all-deprecations")
    (folder / "output.txt").write_text(output)


def run_model(sql: str, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of a model whose parents hold these rows."""
    return run_models({"model": sql}, tables)["model"]


def run_models(models: Mapping[str, str], tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Rows of each model, built one after the other on ``tables`` and on the models before it."""
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as {DATABASE}; use {DATABASE}")
        for name, rows in tables.items():
            connection.register("given", rows)
            connection.execute(f"create table {name} as select * from given")
            connection.unregister("given")
        for name, sql in models.items():
            connection.execute(f"create table {name} as {sql}")
        return {name: connection.table(name).pl() for name in models}
