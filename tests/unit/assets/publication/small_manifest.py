"""A dbt manifest for the small warehouse, with no more in it than the publication reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from warehouse.settings import Settings

KEYS = {
    "dim_kpis": ["kpi_code"],
    "fct_kpi_daily": ["kpi_code", "business_date", "grain", "area", "store_id", "channel"],
    "fct_orders": ["order_id"],
    "fct_order_lines": ["order_id", "line_number"],
    "fct_deliveries": ["order_id"],
    "fct_stock_positions_daily": ["business_date", "location_id", "sku_id"],
    "fct_storage_climate": ["business_date", "sensor_id"],
    "fct_ingest_books": ["arrived_on", "source_file", "file_id"],
}
PERSON_LEVEL = {"fct_orders", "fct_order_lines"}


def build_manifest(settings: Settings) -> dict[str, Any]:
    """Manifest of the marts in the warehouse: every column described and graded, every mart with its grain test."""
    nodes: dict[str, Any] = {}
    with duckdb.connect(str(settings.zones.warehouse_file), read_only=True) as connection:
        for name, key in KEYS.items():
            columns = [row[0] for row in connection.execute(f"describe {name}").fetchall()]
            nodes[f"model.pharmacy.{name}"] = {
                "resource_type": "model",
                "name": name,
                "path": f"marts/some/{name}.sql",
                "schema": "main",
                "alias": name,
                "description": f"One row per\n{', '.join(key)}. It's small.",
                "config": {"meta": {}},
                "columns": {column: _column(name, column) for column in columns},
            }
            nodes[f"test.pharmacy.{name}_grain"] = {
                "resource_type": "test",
                "name": f"{name}_grain",
                "test_metadata": {"name": "unique_combination", "kwargs": {"columns": key}},
            }
    nodes["model.pharmacy.kpi_sales_yuan"] = {
        "resource_type": "model",
        "name": "kpi_sales_yuan",
        "path": "marts/kpi/kpi_sales_yuan.sql",
    }
    nodes["model.pharmacy.int_x"] = {"resource_type": "model", "name": "int_x", "path": "intermediate/int_x.sql"}
    return {"nodes": nodes}


def _column(table: str, column: str) -> dict[str, Any]:
    grade = 3 if table in PERSON_LEVEL else 1
    meta = {"grade": grade, "is_person_key": column == "customer_token", "unit": "yuan" if "yuan" in column else None}
    return {"name": column, "description": f"The {column}.", "config": {"meta": meta}}


def column_meta(manifest: dict[str, Any], table: str, column: str) -> dict[str, Any]:
    """The ``meta`` of one column, to be changed in place."""
    return manifest["nodes"][f"model.pharmacy.{table}"]["columns"][column]["config"]["meta"]


def write_manifest(settings: Settings, manifest: dict[str, Any]) -> Path:
    """Path of the manifest, written into the data root."""
    path = settings.data_root / "dbt_manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path
