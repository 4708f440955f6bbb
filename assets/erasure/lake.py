"""A person's rows in the lake and their records in quarantine, found by token or identifier, taken out file by file.

Every file is replaced in one step and the count of what it lost is written before it, so that a run that is cut off
finds the same records again and counts them the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl

from assets.erasure.decisions import DECISIONS
from assets.erasure.spelling import Needles
from assets.feeds.base import POSITION, Feed
from assets.ingest.engine import QUARANTINE_KEY_NAME
from assets.ingest.tables import ERASED_SCHEMA, ERASED_TABLE
from assets.ingest.withholding import strip
from assets.ingest.writing import write_table
from warehouse.keys import Key, find_key, unseal
from warehouse.zones import Zones

_DAY_PREFIX = "arrived_on="


class FileHits(NamedTuple):
    """Records of a person in what one landing file became."""

    feed: str
    arrived_on: date
    file_name: str
    """Name of the lake files of that landing file, the same in every table."""
    source_file: str
    file_id: str
    positions: frozenset[int]


def find_in_lake(zones: Zones, feed: Feed, tokens: Collection[str]) -> list[FileHits]:
    """Lake files of one feed that have a row with one of ``tokens``, with the positions of its records."""
    found: dict[tuple[str, str, str, str], set[int]] = {}
    for table in feed.tables:
        if not table.token_columns:
            continue
        wanted = sorted(tokens)
        is_mine = pl.any_horizontal(
            pl.col(column).list.eval(pl.element().is_in(wanted)).list.any()
            if isinstance(table.lake_schema[column], pl.List)
            else pl.col(column).is_in(wanted)
            for column in table.token_columns
        )
        rows = (
            pl.scan_parquet(
                zones.lake / table.name / "*" / "*.parquet",
                hive_partitioning=False,
                include_file_paths="path",
                missing_columns="insert",
                extra_columns="ignore",
            )
            .filter(is_mine)
            .select("path", "source_file", "file_id", POSITION)
            .collect()
        )
        for path, source_file, file_id, position in rows.iter_rows():
            day = Path(path).parent.name.removeprefix(_DAY_PREFIX)
            found.setdefault((day, Path(path).name, source_file, file_id), set()).add(position)
    return [
        FileHits(feed.name, date.fromisoformat(day), name, source_file, file_id, frozenset(positions))
        for (day, name, source_file, file_id), positions in sorted(found.items())
    ]


def erase_in_lake(zones: Zones, feed: Feed, hits: Iterable[FileHits], erasure_id: str) -> Counter[str]:
    """Take the records of ``hits`` out, or their tokens, as the feed's decision says; counts by what was done."""
    counts: Counter[str] = Counter()
    keeps_record = DECISIONS[feed.name].keeps_record
    # Where the tokens are comes last: until then a run that was cut off finds the records again.
    tables = sorted(feed.tables, key=lambda table: bool(table.token_columns))
    for hit in hits:
        is_mine = pl.col(POSITION).is_in(sorted(hit.positions))
        if not keeps_record:
            write_count(zones, hit, erasure_id, accepted=len(hit.positions))
        for table in tables:
            path = zones.lake_day(table.name, hit.arrived_on) / hit.file_name
            if not path.exists() or (keeps_record and not table.token_columns):
                continue
            rows = pl.read_parquet(path, hive_partitioning=False)
            _replace(path, strip(rows, table.token_columns, is_mine) if keeps_record else rows.filter(~is_mine))
            counts["files_rewritten"] += 1
        counts["records_stripped" if keeps_record else "records_removed"] += len(hit.positions)
    return counts


class QuarantineHits(NamedTuple):
    """Refused records of a person, and values of unknown columns that came with any record of theirs."""

    records: list[FileHits]
    unknown_values: list[FileHits]


def find_in_quarantine(zones: Zones, needles: Needles, in_lake: Iterable[FileHits]) -> QuarantineHits:
    """Open every sealed text and look for the person; unknown values beside their accepted records count as theirs."""
    keys: dict[str, Key] = {}
    records = _sealed_hits(zones, "records", "raw", needles, keys)
    unknown = _sealed_hits(zones, "unknown_columns", "value", needles, keys)
    beside = {(hit.arrived_on, hit.file_name): hit for hit in (*in_lake, *records)}
    for path in sorted((zones.quarantine / "unknown_columns").glob("*/*.parquet")):
        hit = beside.get((_day_of(path), path.name))
        if hit is not None:
            unknown.append(hit)
    return QuarantineHits(records, unknown)


def erase_in_quarantine(zones: Zones, hits: QuarantineHits, erasure_id: str) -> Counter[str]:
    """Remove the records and values found; counts by what was done."""
    counts: Counter[str] = Counter()
    for table, found in (("unknown_columns", hits.unknown_values), ("records", hits.records)):
        for hit in found:
            path = zones.quarantine_day(table, hit.arrived_on) / hit.file_name
            if not path.exists():
                continue
            rows = pl.read_parquet(path, hive_partitioning=False)
            left = rows.filter(~pl.col(POSITION).is_in(sorted(hit.positions)))
            removed = rows.height - left.height
            if table == "records":
                write_count(zones, hit, erasure_id, quarantined=removed)
            if removed:
                _replace(path, left)
            counts[f"{table}_removed"] += removed
    return counts


def write_count(zones: Zones, hit: FileHits, erasure_id: str, accepted: int = 0, quarantined: int = 0) -> None:
    """Put into the books how many records of a landing file are gone."""
    row = [hit.feed, hit.source_file, hit.file_id, accepted, quarantined]
    name = f"{Path(hit.file_name).stem}-{erasure_id}-{'quarantine' if quarantined else 'lake'}.parquet"
    write_table(
        zones.lake_day(ERASED_TABLE, hit.arrived_on) / name, pl.DataFrame([row], schema=ERASED_SCHEMA, orient="row")
    )


def _sealed_hits(zones: Zones, table: str, text: str, needles: Needles, keys: dict[str, Key]) -> list[FileHits]:
    found: list[FileHits] = []
    for path in sorted((zones.quarantine / table).glob("*/*.parquet")):
        rows = pl.read_parquet(path, hive_partitioning=False).filter(pl.col(f"{text}_encrypted").is_not_null())
        by_file: dict[tuple[str, str, str], set[int]] = {}
        for row in rows.iter_rows(named=True):
            key_id = row[f"{text}_key_id"]
            if key_id not in keys:
                keys[key_id] = find_key(zones.keys, QUARANTINE_KEY_NAME, key_id)
            if needles.are_in(unseal(keys[key_id], row[f"{text}_encrypted"])):
                by_file.setdefault((row["feed"], row["source_file"], row["file_id"]), set()).add(row[POSITION])
        found += [
            FileHits(feed, _day_of(path), path.name, source_file, file_id, frozenset(positions))
            for (feed, source_file, file_id), positions in by_file.items()
        ]
    return found


def _day_of(path: Path) -> date:
    return date.fromisoformat(path.parent.name.removeprefix(_DAY_PREFIX))


def _replace(path: Path, rows: pl.DataFrame) -> None:
    """As ingest would have written it: without rows there is no file."""
    if rows.is_empty():
        path.unlink()
    else:
        write_table(path, rows)
