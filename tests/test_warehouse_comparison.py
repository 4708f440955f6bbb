"""The comparison that other tests rest on finds what differs, and only that."""

from pathlib import Path

import duckdb
import pytest

from tests.warehouse_comparison import differing_tables

MART = """
create table fct_sales as
select * from (values (1, 'a', 0.1::double), (1, 'a', 0.2), (2, null, null), (3, 'b', 1e6)) as rows(id, code, amount)
"""


def warehouse(path: Path, change: str = "") -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"{MART}; {change}")
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("", {}),
        ("update fct_sales set amount = amount * (1 + 1e-15) where id = 3", "1 rows only left, 1 only right"),
        ("update fct_sales set amount = 0 where id = 2", "1 rows only left, 1 only right"),
        ("insert into fct_sales values (2, null, null)", "0 rows only left, 1 only right"),
        ("update fct_sales set code = 'c' where id = 3", "1 rows only left, 1 only right"),
        ("create table dim_codes as select 1 as id", "only in one of them"),
    ],
)
def test_what_differs_is_found(tmp_path: Path, change: str, said: str | dict) -> None:
    found = differing_tables(warehouse(tmp_path / "left.duckdb"), warehouse(tmp_path / "right.duckdb", change))
    if said == {}:
        assert found == {}
    else:
        [description] = found.values()
        assert said in description
