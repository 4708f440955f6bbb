"""``python -m assets.ingest.replay --feed FEED --day DAY --out FILE``: quarantined records, decrypted, for repair.

The file holds the records as received, in the format they came in. Once repaired it is dropped into today's landing
folder of the feed like any other file: a replay is an ordinary ingest. Files that could not be read at all are not in
it; they still lie in the landing zone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from assets.feeds import FEEDS
from assets.ingest.engine import QUARANTINE_KEY_NAME
from assets.ingest.reading import format_of
from warehouse.durable_files import write_atomically
from warehouse.keys import find_key, unseal
from warehouse.settings import Settings
from warehouse.zones import Zones


def export_quarantined(zones: Zones, feed: str, arrived_on: date, out: Path) -> dict[Path, int]:
    """Write the quarantined records of one feed and arrival day; return the files written with their record counts.

    JSON Lines and Parquet records go to ``out`` with the ending ``.jsonl``, CSV records to one ``.csv`` per header. The
    files can be read by their owner only: they hold raw records.
    """
    lines: list[str] = []
    tables: dict[str, list[str]] = {}
    for source_file, raw in _raw_records(zones, feed, arrived_on):
        landing_format = format_of(source_file)
        if landing_format is not None and landing_format.kind == "csv":
            header, _, record = raw.partition("\n")
            tables.setdefault(header, []).append(record)
        else:
            lines.append(raw)
    written: dict[Path, int] = {}
    if lines:
        written[_write(out.with_suffix(".jsonl"), lines)] = len(lines)
    for number, (header, records) in enumerate(sorted(tables.items()), start=1):
        name = f"{out.stem}.csv" if number == 1 else f"{out.stem}-{number}.csv"
        written[_write(out.with_name(name), [header, *records])] = len(records)
    return written


def _raw_records(zones: Zones, feed: str, arrived_on: date) -> Iterator[tuple[str, str]]:
    """Source file and raw text of each quarantined record, in order."""
    files = sorted(zones.quarantine_day("records", arrived_on).glob("*.parquet"))
    if not files:
        return
    rows = pl.read_parquet(files, hive_partitioning=False).filter(
        (pl.col("feed") == feed) & pl.col("raw_encrypted").is_not_null()
    )
    for row in rows.sort("source_file", "source_position").iter_rows(named=True):
        key = find_key(zones.keys, QUARANTINE_KEY_NAME, row["raw_key_id"])
        yield row["source_file"], unseal(key, row["raw_encrypted"])


def _write(path: Path, lines: list[str]) -> Path:
    text = "".join(f"{line}\n" for line in lines)
    write_atomically(path, lambda aside: aside.write_bytes(text.encode("utf-8", "surrogatepass")), mode=0o600)
    return path


def main(arguments: list[str] | None = None) -> int:
    """Write the records asked for; 1 when there are none."""
    parser = argparse.ArgumentParser(
        prog="python -m assets.ingest.replay", description="Write quarantined records, decrypted, for repair."
    )
    parser.add_argument("--feed", choices=sorted(FEEDS), required=True)
    parser.add_argument("--day", type=date.fromisoformat, required=True, help="arrival day")
    parser.add_argument("--out", type=Path, required=True, help="file to write; its ending follows the format")
    options = parser.parse_args(arguments)
    written = export_quarantined(Settings.from_env().zones, options.feed, options.day, options.out)
    for path, count in written.items():
        sys.stdout.write(f"{count} records: {path}\n")
    if not written:
        sys.stderr.write(f"no quarantined records of {options.feed} that arrived on {options.day}\n")
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main())
