"""The format of ``manifest.json``: what a published snapshot says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

Database = Literal["warehouse", "persons"]
"""File a table is published in: ``warehouse`` names nobody, ``persons`` is person-level."""
MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True)
class PublishedColumn:
    """One column of a published table."""

    name: str
    type: str
    """DuckDB type, e.g. ``DECIMAL(12,2)``."""
    description: str
    grade: int
    """Sensitivity, 1 (public) to 5."""
    unit: str | None = None


@dataclass(frozen=True)
class PublishedTable:
    """One table of a snapshot."""

    name: str
    database: Database
    rows: int
    columns: tuple[PublishedColumn, ...]
    grade: int
    """Highest grade of its columns."""
    parquet: str
    """Path of the Parquet copy, relative to the snapshot's folder."""
    sha256: str
    """Of the Parquet copy."""
    description: str = ""
    key: tuple[str, ...] = ()
    """Columns that identify a row; rows are stored in their order."""


@dataclass(frozen=True)
class QualityResult:
    """What one check before publication found. Never holds identifiers."""

    table: str
    check: str
    severity: Literal["fail", "warn"]
    passed: bool
    observed: str
    """What was seen, in words or figures; may be empty."""


@dataclass(frozen=True)
class Manifest:
    """Contents of ``manifest.json``: what a snapshot holds, how fresh it is, which code made it."""

    snapshot_id: str
    created_at: str
    """ISO 8601, UTC."""
    as_of_date: date
    """Last arrival day that is in the data."""
    code_revision: str
    tables: tuple[PublishedTable, ...]
    quality: tuple[QualityResult, ...] = ()

    def table(self, name: str) -> PublishedTable:
        """Entry of one table.

        Raises:
            KeyError: the snapshot has no such table; the message lists those it has.
        """
        for entry in self.tables:
            if entry.name == name:
                return entry
        raise KeyError(f"{name} is not in snapshot {self.snapshot_id}; it has {[entry.name for entry in self.tables]}")

    def to_dict(self) -> dict[str, Any]:
        """The manifest as JSON types."""
        return asdict(self) | {"as_of_date": self.as_of_date.isoformat()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Manifest:
        """Read a manifest; fields a later release may add are ignored, so old readers keep working."""

        def known(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
            return {name: values[name] for name in kind.__dataclass_fields__ if name in values}

        tables = [
            PublishedTable(
                **known(PublishedTable, table)
                | {
                    "columns": tuple(PublishedColumn(**known(PublishedColumn, column)) for column in table["columns"]),
                    "key": tuple(table.get("key", ())),
                }
            )
            for table in document["tables"]
        ]
        quality = [QualityResult(**known(QualityResult, result)) for result in document.get("quality", ())]
        return cls(
            **known(cls, document)
            | {
                "as_of_date": date.fromisoformat(document["as_of_date"]),
                "tables": tuple(tables),
                "quality": tuple(quality),
            }
        )
