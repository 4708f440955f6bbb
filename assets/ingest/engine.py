"""Loads landing files: the whole way of one file, of one arrival day, of many.

A file's receipt is written last and is its commit mark. A run that dies leaves files without a receipt behind; the next
one writes the same bytes to the same names and goes on. Load times are nowhere in the rows, so loading again gives the
same rows.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from assets.erasure.decisions import ERASED_RULE
from assets.feeds.base import POSITION, Feed
from assets.ingest.batch import Problem, RawBatch, UnreadableFileError
from assets.ingest.checking import check
from assets.ingest.reading import LandingFormat, format_of, is_still_written, read_batches
from assets.ingest.receipts import Receipts, receipt_id_of
from assets.ingest.summary import FileOutcome, IngestSummary
from assets.ingest.tables import QUARANTINE_SCHEMAS, RECEIPTS_TABLE, ensure_tables
from assets.ingest.tokenising import still_standing, to_lake_rows
from assets.ingest.withholding import withhold_erased
from assets.ingest.writing import ParquetAside, write_table
from warehouse.durable_files import remove_leftovers
from warehouse.keys import Key, read_or_create_key, seal
from warehouse.tokens import token_key
from warehouse.vault import ENTRY_SCHEMA, ErasedMarks, Vault
from warehouse.zones import Zones

QUARANTINE_KEY_NAME = "quarantine"
FILE_ID_DIGITS = 32
_LOG = logging.getLogger(__name__)
_DAYS_AT_ONCE = 4


@dataclass(frozen=True)
class IngestKeys:
    """The two keys that ingest needs."""

    token: Key
    quarantine: Key

    @classmethod
    def load(cls, zones: Zones) -> IngestKeys:
        """Read the keys of the vault, making them at the first run."""
        return cls(token_key(zones.keys), read_or_create_key(zones.keys, QUARANTINE_KEY_NAME))


def ingest_days(
    zones: Zones,
    keys: IngestKeys,
    feeds: Iterable[Feed],
    first: date,
    last: date,
    log: logging.Logger = _LOG,
) -> dict[str, IngestSummary]:
    """Load the arrival days from ``first`` to ``last`` inclusive of each feed; summaries by feed name."""
    ensure_tables(zones)
    summaries: dict[str, IngestSummary] = {}
    for feed in feeds:
        total = IngestSummary(feed.name)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        started = time.monotonic()
        # Days share nothing, and most of a small file's time is waiting for the disk.
        with ThreadPoolExecutor(max_workers=_DAYS_AT_ONCE) as pool:
            loaded = pool.map(lambda day, feed=feed: ingest_day(zones, keys, feed, day, log), days)
            for number, summary in enumerate(loaded, start=1):
                total.add(summary)
                if len(days) > 1 and (number % 20 == 0 or number == len(days)):
                    left = (time.monotonic() - started) / number * (len(days) - number)
                    log.info(
                        "%s: %d of %d days, %d records, about %.0f s left",
                        feed.name,
                        number,
                        len(days),
                        total.received,
                        left,
                    )
        total.seconds = time.monotonic() - started
        log.info("%s", total.as_line())
        summaries[feed.name] = total
    return summaries


def ingest_day(
    zones: Zones, keys: IngestKeys, feed: Feed, arrived_on: date, log: logging.Logger = _LOG
) -> IngestSummary:
    """Load what arrived for one feed on one day and has no receipt yet.

    The summary covers all files of that day, those of earlier runs too. A file that cannot be read is quarantined and
    the others go on; only errors of our own side (a full disk, say) are raised.
    """
    started = time.monotonic()
    summary = IngestSummary(feed.name, [arrived_on])
    folder = zones.landing_day(feed.name, arrived_on)
    if not folder.is_dir():
        return summary
    ensure_tables(zones)
    _clean(zones, feed, arrived_on)
    receipts = Receipts(zones, feed, arrived_on)
    vault = Vault(zones)
    marks = vault.erased_marks()
    entries = sorted(folder.iterdir())
    for number, path in enumerate(entries, start=1):
        source_file = path.relative_to(zones.landing).as_posix()
        if is_still_written(path.name):
            continue
        landing_format = format_of(path.name)
        if landing_format is None or not path.is_file():
            summary.ignored[source_file] = (
                "no landing file: its name should end in .jsonl, .csv or .parquet, .gz or .zst"
            )
            log.warning("%s ignored: %s", source_file, summary.ignored[source_file])
            continue
        try:
            load = _FileLoad(zones, keys, vault, marks, feed, arrived_on, receipts)
            outcome = load.load(path, source_file, landing_format)
        except _ChangingFileError:
            summary.ignored[source_file] = "it changed while it was read: the next run takes it"
            log.warning("%s ignored: %s", source_file, summary.ignored[source_file])
            continue
        except PermissionError:
            summary.unopened[source_file] = "permission denied: let the ingest user read it and run the day again"
            log.error("%s: %s", source_file, summary.unopened[source_file])
            continue
        summary.files.append(outcome)
        if marks and receipt_id_of(source_file, outcome.file_id) in vault.expiring_files():
            path.unlink()
            log.warning("%s expired: it held someone who was erased", source_file)
        if outcome.is_new:
            _log_outcome(log, outcome, number, len(entries), time.monotonic() - started)
    summary.seconds = time.monotonic() - started
    return summary


def _clean(zones: Zones, feed: Feed, arrived_on: date) -> None:
    """Take away what dead runs left aside in the folders of this feed and day."""
    for name in (*feed.lake_tables, RECEIPTS_TABLE):
        remove_leftovers(zones.lake_day(name, arrived_on))
    for name in QUARANTINE_SCHEMAS:
        remove_leftovers(zones.quarantine_day(name, arrived_on))


def _log_outcome(log: logging.Logger, outcome: FileOutcome, number: int, count: int, elapsed: float) -> None:
    if outcome.is_unreadable:
        log.error("%s quarantined whole: %s", outcome.source_file, outcome.reason)
        return
    left = elapsed / number * (count - number)
    # A line per file at a level that Dagster does not record: a backfill of a quarter has thousands.
    log.debug(
        "%s (%d of %d): %d records, %d quarantined%s; about %.0f s left",
        outcome.source_file,
        number,
        count,
        outcome.received,
        outcome.quarantined,
        ", same content as another file" if outcome.is_repeated_file else "",
        left,
    )


class _ChangingFileError(Exception):
    """A landing file changed while it was read."""


class _FileLoad:
    """The way of one landing file into lake and quarantine."""

    def __init__(
        self,
        zones: Zones,
        keys: IngestKeys,
        vault: Vault,
        marks: ErasedMarks,
        feed: Feed,
        arrived_on: date,
        receipts: Receipts,
    ) -> None:
        self._zones = zones
        self._keys = keys
        self._feed = feed
        self._arrived_on = arrived_on
        self._receipts = receipts
        self._vault = vault
        self._marks = marks

    def load(self, path: Path, source_file: str, landing_format: LandingFormat) -> FileOutcome:
        """Load one file unless its receipt is there; the receipt comes last."""
        before = path.stat()
        with path.open("rb") as file:
            file_id = hashlib.file_digest(file, "sha256").hexdigest()[:FILE_ID_DIGITS]
        known = self._receipts.outcome(source_file, file_id)
        if known is not None:
            return known
        twin = self._receipts.original(file_id)
        if twin is not None:
            outcome = self._receipts.repeat(twin, source_file)
            if self._marks and receipt_id_of(twin.source_file, file_id) in self._vault.expiring_files():
                self._vault.expire_once_loaded([receipt_id_of(source_file, file_id)])
        else:
            outcome = self._load_content(path, source_file, file_id, before.st_size, landing_format)
        self._receipts.write(outcome)
        return outcome

    def _load_content(
        self, path: Path, source_file: str, file_id: str, byte_count: int, landing_format: LandingFormat
    ) -> FileOutcome:
        """Read, check and write one file; nothing is in place before all of it was read."""
        outputs = _Outputs(self._zones, self._feed, self._arrived_on, file_id)
        received = valid = 0
        rules: Counter[str] = Counter()
        unknown: set[str] = set()
        entries = [pl.DataFrame(schema=ENTRY_SCHEMA)]
        try:
            try:
                for batch in read_batches(path, landing_format, self._feed):
                    # A file that keeps growing would never come to an end.
                    if path.stat().st_size != byte_count:
                        raise _ChangingFileError
                    checked = check(self._feed, batch)
                    tokenised = {
                        table.name: to_lake_rows(
                            table, checked.tables[table.name], self._keys.token, source_file, file_id
                        )
                        for table in self._feed.tables
                    }
                    passed = withhold_erased(
                        self._feed, {name: of_table.rows for name, of_table in tokenised.items()}, self._marks
                    )
                    withheld = passed.stripped | passed.refused
                    if withheld:
                        self._vault.expire_once_loaded([receipt_id_of(source_file, file_id)])
                    for table in self._feed.tables:
                        outputs.lake[table.name].append(passed.tables[table.name])
                        kept = tokenised[table.name].entries
                        entries.append(still_standing(kept, table, passed.tables[table.name]) if withheld else kept)
                    problems = [*checked.problems, *map(_erased_problem, passed.refused)]
                    outputs.records.append(self._sealed_problems(sorted(problems), source_file, file_id))
                    outputs.unknown.append(self._sealed_unknown(batch, withheld, source_file, file_id))
                    received += batch.received
                    valid += checked.valid - len(passed.refused)
                    rules.update(problem.rule for problem in problems)
                    unknown |= batch.unknown_columns
            except UnreadableFileError as error:
                self._raise_if_changed(path, byte_count, file_id)
                outputs.discard()
                return self._quarantine_whole(source_file, file_id, byte_count, error)
            self._raise_if_changed(path, byte_count, file_id)
            # Before the lake has the tokens: a run that dies in between leaves entries too many, never one too few.
            self._vault.hand_over(pl.concat(entries))
            outputs.commit()
        finally:
            outputs.discard()
        return FileOutcome(
            source_file=source_file,
            file_id=file_id,
            received=received,
            valid=valid,
            quarantined=received - valid,
            byte_count=byte_count,
            unknown_columns=tuple(sorted(unknown)),
            rules=dict(rules),
        )

    def _quarantine_whole(
        self, source_file: str, file_id: str, byte_count: int, error: UnreadableFileError
    ) -> FileOutcome:
        # Named after the receipt, not the content: the same content may be readable under another name.
        name = f"{receipt_id_of(source_file, file_id)}.parquet"
        row = [self._feed.name, source_file, None, file_id, error.rule, error.reason, None, None, None]
        write_table(
            self._zones.quarantine_day("records", self._arrived_on) / name,
            pl.DataFrame([row], schema=QUARANTINE_SCHEMAS["records"], orient="row"),
        )
        return FileOutcome(
            source_file=source_file,
            file_id=file_id,
            received=1,
            valid=0,
            quarantined=1,
            byte_count=byte_count,
            is_unreadable=True,
            reason=f"{error.rule}: {error.reason}",
            rules={error.rule: 1},
        )

    def _raise_if_changed(self, path: Path, byte_count: int, file_id: str) -> None:
        """A file that grows while it is read must not get a receipt for half its content."""
        with path.open("rb") as file:
            now = hashlib.file_digest(file, "sha256").hexdigest()[:FILE_ID_DIGITS]
        if path.stat().st_size != byte_count or now != file_id:
            raise _ChangingFileError

    def _sealed_problems(self, problems: list[Problem], source_file: str, file_id: str) -> pl.DataFrame:
        key = self._keys.quarantine
        rows = [
            (
                self._feed.name,
                source_file,
                problem.position,
                file_id,
                problem.rule,
                problem.detail,
                problem.record_id,
                None if problem.raw is None else seal(key, problem.raw),
                None if problem.raw is None else key.key_id,
            )
            for problem in problems
        ]
        return pl.DataFrame(rows, schema=QUARANTINE_SCHEMAS["records"], orient="row")

    def _sealed_unknown(
        self, batch: RawBatch, withheld: Collection[int], source_file: str, file_id: str
    ) -> pl.DataFrame:
        key = self._keys.quarantine
        values = batch.unknown_values.filter(~pl.col(POSITION).is_in(list(withheld)))
        distinct = values["value"].unique()
        sealed = pl.Series([seal(key, value) for value in distinct], dtype=pl.Binary)
        return values.select(
            feed=pl.lit(self._feed.name),
            source_file=pl.lit(source_file),
            source_position=pl.col(POSITION),
            file_id=pl.lit(file_id),
            column_name=pl.col("column_name"),
            value_encrypted=pl.col("value").replace_strict(distinct, sealed, return_dtype=pl.Binary),
            value_key_id=pl.lit(key.key_id),
        )


def _erased_problem(position: int) -> Problem:
    detail = "its person was erased: have the source send a newer version if they came back of their own will"
    return Problem(position, ERASED_RULE, detail, None, None)


class _Outputs:
    """All files that one landing file becomes, except its receipt."""

    def __init__(self, zones: Zones, feed: Feed, arrived_on: date, file_id: str) -> None:
        name = f"{file_id}.parquet"
        self.lake = {
            table.name: ParquetAside(zones.lake_day(table.name, arrived_on) / name, table.lake_schema)
            for table in feed.tables
        }
        self.records = ParquetAside(zones.quarantine_day("records", arrived_on) / name, QUARANTINE_SCHEMAS["records"])
        self.unknown = ParquetAside(
            zones.quarantine_day("unknown_columns", arrived_on) / name, QUARANTINE_SCHEMAS["unknown_columns"]
        )

    def commit(self) -> None:
        """Put every file in place."""
        for output in (*self.lake.values(), self.records, self.unknown):
            output.commit()

    def discard(self) -> None:
        """Drop whatever is not in place."""
        for output in (*self.lake.values(), self.records, self.unknown):
            output.discard()
