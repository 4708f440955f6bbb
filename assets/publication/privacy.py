"""Looks at the files that readers would get, before they get them: grades, tokens and counts of people.

The plan decides by grades what goes where. This is the second pair of eyes: it opens the finished files and trusts
neither the plan nor the code that wrote them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from assets.publication.plan import (
    OPEN_GRADE,
    PERSONS_GRADE,
    SMALLEST_SHOWN_COUNT,
    PlannedColumn,
    PlannedTable,
    PublicationError,
)
from warehouse.snapshot_manifest import Database
from warehouse.sql_text import literal, quoted

HIGHEST_GRADES: dict[Database, int] = {"warehouse": OPEN_GRADE, "persons": PERSONS_GRADE}
"""Highest grade of a column per file."""
_TOKEN_ENDINGS = ("_token", "_tokens")


def check_privacy(folder: Path, tables: Sequence[PlannedTable]) -> None:
    """See that nothing in the snapshot is where its grade forbids, in the DuckDB files and in the Parquet copies.

    Args:
        folder: a snapshot that is written and not yet in place.
        tables: the marts as the dbt project describes them, with all their columns.

    Raises:
        PublicationError: a table or column that is not described or graded too high for its file, a token of a person
            in the open file, or an open count of people from 1 to 10. The message names columns, never values.
    """
    found = [find for database in HIGHEST_GRADES for find in _finds(folder, database, tables)]
    if found:
        raise PublicationError(
            f"{len(found)} things may not be published, so readers keep the snapshot they have. {'; '.join(found)}"
        )


def _finds(folder: Path, database: Database, tables: Sequence[PlannedTable]) -> Iterator[str]:
    described = {table.name: {column.name: column for column in table.columns} for table in tables}
    with duckdb.connect(str(folder / f"{database}.duckdb"), read_only=True) as connection:
        sources = {
            name: quoted(name) for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        }
        copies = {path.stem: f"read_parquet({literal(str(path))})" for path in _parquet_files(folder, database)}
        for name, source in [*sources.items(), *copies.items()]:
            columns = [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]
            for column in columns:
                what = f"{database}: {name}.{column}"
                if column not in described.get(name, {}):
                    yield f"{what} is not described"
                    continue
                yield from _forbidden(what, database, described[name][column])
                if database == "warehouse" and described[name][column].counts_people:
                    yield from _small_counts(connection, what, source, column)


def _parquet_files(folder: Path, database: Database) -> list[Path]:
    return sorted((folder / "parquet" / database).glob("*.parquet"))


def _forbidden(what: str, database: Database, column: PlannedColumn) -> Iterator[str]:
    if column.grade > HIGHEST_GRADES[database]:
        yield f"{what} has grade {column.grade}, and the file holds grades up to {HIGHEST_GRADES[database]}"
    if database == "warehouse" and (column.is_person_key or column.name.endswith(_TOKEN_ENDINGS)):
        yield f"{what} names persons"


def _small_counts(connection: duckdb.DuckDBPyConnection, what: str, source: str, column: str) -> Iterator[str]:
    [(rows,)] = connection.execute(
        f"select count(*) from {source} where {quoted(column)} between 1 and {SMALLEST_SHOWN_COUNT - 1}"
    ).fetchall()
    if rows:
        yield f"{what} shows {rows} counts of 1 to {SMALLEST_SHOWN_COUNT - 1} people"
