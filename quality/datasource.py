"""DuckDB for Great Expectations 1.x, which does not know it: over ``duckdb-engine``, read-only, on one connection."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps one connection: a DuckDB result is gone as soon as its connection goes back to the pool."""

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        """The one connection, opened at first use."""
        connection = self._connection or self.engine.connect()
        self._connection = connection
        yield connection

    def close(self) -> None:
        """Close it, so that dbt can open the file again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file as a fluent datasource; made by :func:`add_duckdb_datasource`."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment] - each datasource narrows it to its own name

    @property
    def execution_engine_type(self) -> type[SqlAlchemyExecutionEngine]:
        """Engine that runs the metrics."""
        return DuckDBExecutionEngine

    def close(self) -> None:
        """Give the file free: the metrics' connection and the one that tested the tables."""
        self.get_execution_engine().close()
        self.get_engine().dispose()


def add_duckdb_datasource(context: EphemeralDataContext, name: str, file: Path) -> DuckDBDatasource:
    """Add ``file``, opened read-only, to ``context`` as the datasource ``name``."""
    url = sqlalchemy.URL.create("duckdb", database=str(file)).render_as_string()
    # Great Expectations makes this method when it sees the class above.
    add = context.data_sources.add_duckdb  # pyright: ignore[reportAttributeAccessIssue]
    return add(name, connection_string=url, kwargs={"connect_args": {"read_only": True}})
