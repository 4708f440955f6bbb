"""Where data lies: one property per zone, each zone with one writer (see the architecture notes in the README)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Zones:
    """Folders below one data root. Only paths: nothing here creates or reads a file.

    The vault and its keys may lie elsewhere, each in a private network or on a disk of its own.
    """

    root: Path
    vault_root: Path | None = None
    keys_root: Path | None = None

    @property
    def landing(self) -> Path:
        """Files as received: ``landing/<feed>/<arrival day>/<any name>``."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        """Typed Parquet written by ingest and model assets."""
        return self.root / "lake"

    @property
    def quarantine(self) -> Path:
        """What ingest refused, raw text encrypted."""
        return self.root / "quarantine"

    @property
    def vault(self) -> Path:
        """Direct identifiers, encrypted, with the proofs of their erasure; folder mode 0700, files 0600."""
        return self.vault_root or self.root / "vault"

    @property
    def keys(self) -> Path:
        """Secret keys, folder mode 0700, files 0600."""
        return self.keys_root or self.vault / "keys"

    @property
    def warehouse_file(self) -> Path:
        """The DuckDB file that only dbt writes."""
        return self.root / "warehouse" / "warehouse.duckdb"

    @property
    def spark_tables(self) -> Path:
        """Where Spark keeps the warehouse instead: a folder of Parquet per table; only dbt has it written."""
        return self.root / "warehouse" / "spark"

    @property
    def published(self) -> Path:
        """Snapshots for readers; ``published/current`` is the one to open."""
        return self.root / "published"

    @property
    def supplier_exports(self) -> Path:
        """Files that suppliers can be sent, a folder per as-of day; they hold nothing about persons."""
        return self.root / "exports" / "suppliers"

    @property
    def regulator_exports(self) -> Path:
        """Reports on prescriptions, a folder per as-of day; what stands in them is what was reported."""
        return self.root / "exports" / "regulator"

    @property
    def segment_exports(self) -> Path:
        """Who came into which segment and who left it, a folder per as-of day; person-level, by tokens."""
        return self.root / "exports" / "segments"

    @property
    def tag_ledger(self) -> Path:
        """What WeCom holds by our doing: which tag is on which contact, by tokens."""
        return self.root / "tag_push" / "ledger.sqlite"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' Data Docs of the last checked run."""
        return self.root / "data_docs"

    @property
    def dbt(self) -> Path:
        """What dbt keeps between runs, in one folder per engine (:attr:`warehouse.settings.Settings.dbt_target`)."""
        return self.root / "dbt"

    @property
    def dagster_home(self) -> Path:
        """Dagster's run storage and logs."""
        return self.root / "dagster"

    def landing_day(self, feed: str, arrived_on: date) -> Path:
        """Folder of the files of ``feed`` that arrived on one day."""
        return self.landing / feed / arrived_on.isoformat()

    def lake_day(self, table: str, arrived_on: date) -> Path:
        """Folder of the lake files of ``table`` that arrived on one day."""
        return self.lake / table / f"arrived_on={arrived_on.isoformat()}"

    def supplier_exports_day(self, as_of: date) -> Path:
        """Folder of the suppliers' files as of one day."""
        return self.supplier_exports / as_of.isoformat()

    def quarantine_day(self, table: str, arrived_on: date) -> Path:
        """Folder of the quarantine files of ``table`` (``records`` or ``unknown_columns``) of one arrival day."""
        return self.quarantine / table / f"arrived_on={arrived_on.isoformat()}"
