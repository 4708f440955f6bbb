"""The tables of Python model assets: there from the start, replaced as a whole or not at all."""

from pathlib import Path

import polars as pl
import pytest

from assets.model_tables import MODEL_TABLES, ensure_model_tables, write_model_table
from assets.policy_replay.schema import POLICY_REPLAYS
from warehouse.zones import Zones

SCHEMA = MODEL_TABLES[POLICY_REPLAYS]


def file_of(root: Path) -> Path:
    return root / "lake" / POLICY_REPLAYS / f"{POLICY_REPLAYS}.parquet"


def rows(count: int) -> pl.DataFrame:
    numbers = {name: list(range(count)) for name, kind in SCHEMA.items() if kind.is_integer()}
    texts = {name: [f"{name} {row}" for row in range(count)] for name, kind in SCHEMA.items() if kind == pl.String}
    return pl.DataFrame({**numbers, **texts}, schema=dict(SCHEMA))


def test_a_table_can_be_read_before_its_asset_ever_ran(tmp_path: Path) -> None:
    ensure_model_tables(Zones(tmp_path))
    assert pl.read_parquet(file_of(tmp_path)).equals(pl.DataFrame(schema=dict(SCHEMA)))


def test_rows_stay_when_the_tables_are_ensured_again_and_go_with_another_schema(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    write_model_table(zones, POLICY_REPLAYS, rows(3))
    ensure_model_tables(zones)
    assert pl.read_parquet(file_of(tmp_path)).equals(rows(3))
    rows(3).drop("sku_id").write_parquet(file_of(tmp_path))
    ensure_model_tables(zones)
    assert pl.read_parquet(file_of(tmp_path)).height == 0


def test_rows_of_another_shape_are_refused_and_leave_the_table_as_it_was(tmp_path: Path) -> None:
    write_model_table(Zones(tmp_path), POLICY_REPLAYS, rows(2))
    with pytest.raises(pl.exceptions.SchemaError, match="policy_replays"):
        write_model_table(Zones(tmp_path), POLICY_REPLAYS, rows(2).drop("sku_id"))
    assert pl.read_parquet(file_of(tmp_path)).equals(rows(2))
