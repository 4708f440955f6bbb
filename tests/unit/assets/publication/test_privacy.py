"""What is in the wrong file is found in the finished snapshot, whatever the plan and the writing did."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from assets.publication.plan import SMALLEST_SHOWN_COUNT, PlannedColumn, PlannedTable, PublicationError
from assets.publication.privacy import check_privacy
from tests.unit.dbt.compiled_models import DBT_PROJECT


def column(name: str, grade: int, is_person_key: bool = False, counts_people: bool = False) -> PlannedColumn:
    return PlannedColumn(name, f"The {name}.", grade, is_person_key, None, counts_people)


OPEN = PlannedTable(
    "fct_open", "fct_open", "", (column("place", 1), column("member_count", 2, counts_people=True)), ("place",)
)
PERSONAL = PlannedTable(
    "fct_personal", "fct_personal", "", (column("person_token", 3, is_person_key=True), column("risk", 4)), ()
)


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A snapshot as it should be: 0, 11 and nothing are shown of counts of people."""
    for database, statement in (
        ("warehouse", "fct_open as select * from (values ('a', 0), ('b', 11), ('c', null)) as t(place, member_count)"),
        ("persons", "fct_personal as select 'x' as person_token, 1 as risk"),
    ):
        (tmp_path / "parquet" / database).mkdir(parents=True)
        with duckdb.connect(str(tmp_path / f"{database}.duckdb")) as connection:
            connection.execute(f"create table {statement}")
            table = statement.split()[0]
            connection.execute(f"copy {table} to '{tmp_path}/parquet/{database}/{table}.parquet'")
    return tmp_path


def spoil(snapshot: Path, database: str, statement: str) -> None:
    with duckdb.connect(str(snapshot / f"{database}.duckdb")) as connection:
        connection.execute(statement)


def test_a_snapshot_as_it_should_be_passes(snapshot: Path) -> None:
    check_privacy(snapshot, [OPEN, PERSONAL])


@pytest.mark.parametrize(
    ("database", "statement", "words"),
    [
        ("warehouse", "insert into fct_open values ('d', 1)", "member_count shows 1 counts of 1 to 10 people"),
        ("warehouse", "insert into fct_open values ('d', 10)", "member_count shows 1 counts of 1 to 10 people"),
        (
            "warehouse",
            "create table fct_personal as select 'x' as person_token",
            "fct_personal.person_token has grade 3",
        ),
        ("warehouse", "create table fct_personal as select 'x' as person_token", "names persons"),
        ("warehouse", "alter table fct_open add column note varchar", "fct_open.note is not described"),
        ("persons", "create table fct_secret as select 1 as illness", "fct_secret.illness has grade 5"),
        (
            "warehouse",
            "copy (select 'x' as person_token) to '{}/parquet/warehouse/fct_personal.parquet'",
            "names persons",
        ),
    ],
)
def test_what_may_not_be_published_is_named_without_its_value(
    snapshot: Path, database: str, statement: str, words: str
) -> None:
    spoil(snapshot, database, statement.format(snapshot))
    secret = PlannedTable("fct_secret", "fct_secret", "", (column("illness", 5),), ())
    with pytest.raises(PublicationError, match=words):
        check_privacy(snapshot, [OPEN, PERSONAL, secret])


def test_a_token_in_the_open_file_is_found_even_if_its_grade_says_otherwise(snapshot: Path) -> None:
    spoil(snapshot, "warehouse", "alter table fct_open add column member_token varchar")
    wrongly_graded = PlannedTable("fct_open", "fct_open", "", (*OPEN.columns, column("member_token", 1)), ("place",))
    with pytest.raises(PublicationError, match="member_token names persons"):
        check_privacy(snapshot, [wrongly_graded, PERSONAL])


def test_the_least_count_that_is_shown_is_that_of_the_seed() -> None:
    with (DBT_PROJECT / "seeds" / "people" / "people_count_limits.csv").open(encoding="utf-8") as file:
        limits = {row["limit_name"]: int(row["limit_value"]) for row in csv.DictReader(file)}
    assert limits["smallest_shown_count"] == SMALLEST_SHOWN_COUNT
