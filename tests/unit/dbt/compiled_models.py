"""SQL of single models, as dbt compiles it, run on tables that a test makes up.

dbt's own unit tests hold a handful of rows written by hand; here a model meets thousands of generated ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from warehouse.settings import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
DATABASE = "warehouse"
"""Name of the database in compiled SQL: the stem of the warehouse's file."""


def compile_models(folder: Path, *models: str) -> dict[str, str]:
    """SQL of each model, without anything incremental; ``folder`` becomes the data root of an empty warehouse."""
    (folder / "warehouse").mkdir(parents=True, exist_ok=True)
    target = folder / "dbt"
    command = [str(Path(sys.executable).parent / "dbt"), "compile", "--select", *models]
    folders = ["--project-dir", str(DBT_PROJECT), "--target-path", str(target), "--log-path", str(target)]
    done = subprocess.run(
        [*command, *folders],
        cwd=PROJECT_ROOT,
        env={**os.environ, "WAREHOUSE_DATA_DIR": str(folder), "DBT_PROFILES_DIR": str(DBT_PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    compiled = target / "compiled" / "pharmacy" / "models"
    return {model: next(compiled.rglob(f"{model}.sql")).read_text() for model in models}


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
