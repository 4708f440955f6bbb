"""The way of an erasure through every zone. Can be cut off anywhere: the next run takes it up where it was.

What was found is written down (in the vault) before anything is changed, every step finds nothing to do where it was
done already, and the keys, without which nobody could look for the identifiers any more, are destroyed last.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.erasure.cases import ErasureCase, close, open_cases, save
from assets.erasure.decisions import DECISIONS
from assets.erasure.lake import erase_in_lake, erase_in_quarantine, find_in_lake, find_in_quarantine
from assets.erasure.proofs import write_proof
from assets.erasure.requests import pending_requests, read_person_identifiers, withdraw_filed
from assets.erasure.searching import files_that_hold, holds, lake_tables_that_hold, tables_that_hold
from assets.erasure.spelling import Needles
from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_day
from assets.ingest.tables import RECEIPTS_TABLE, ensure_tables
from assets.publication.revision import code_revision
from assets.segment_push.pushing import forget_person
from warehouse.durable_files import remove_leftovers
from warehouse.engine import readable_warehouse
from warehouse.settings import Settings
from warehouse.snapshot_writing import expire_snapshots
from warehouse.snapshots import open_current, snapshot_ids
from warehouse.vault import Vault

READER = "erasure"
_ARRIVAL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class ErasureBlockedError(RuntimeError):
    """The person is somewhere that no step may touch; the message says where and what to do. Nothing is signed."""


@dataclass(frozen=True)
class Rebuilding:
    """What an erasure has others do."""

    identify: Callable[[], object]
    """Find out anew from the lake who is who."""
    rebuild: Callable[[], None]
    """Build the warehouse from nothing, check it and publish it."""


def carry_out_erasures(
    settings: Settings, rebuilding: Rebuilding, log: logging.Logger, now: datetime | None = None
) -> list[Path]:
    """Carry out every pending request, those of a run that was cut off first; the proofs written.

    Raises:
        ErasureBlockedError: the person was found where only people can decide. Mend it and run again.
    """
    now = now or datetime.now(UTC)
    zones = settings.zones
    if not open_cases(zones) and not pending_requests(zones):
        return []
    ensure_tables(zones)
    take_in(settings, log)
    rebuilding.identify()
    cases = _all_cases(settings, now, log)
    unsearched = [case for case in cases if not case.is_searched]
    for case in unsearched:
        erase_from_files(settings, case, log)
    if unsearched:
        rebuilding.identify()
        rebuilding.rebuild()
        expired = expire_snapshots(zones, keep=1)
        log.info("%d older snapshots expired", len(expired))
        for case in unsearched:
            _search(settings, case, log)
    return [_finish(settings, case, log) for case in cases]


def take_in(settings: Settings, log: logging.Logger) -> None:
    """Load every landing file that has no receipt yet: what is in it may be about the person, and lies there only."""
    zones = settings.zones
    keys = IngestKeys.load(zones)
    waiting = {path.parent for path in _files_without_receipt(settings)}
    for folder in sorted(waiting):
        feed = FEEDS.get(folder.parent.name)
        if feed is not None and _ARRIVAL_DAY.fullmatch(folder.name):
            ingest_day(zones, keys, feed, date.fromisoformat(folder.name), log)


def erase_from_files(settings: Settings, case: ErasureCase, log: logging.Logger) -> None:
    """Take the person out of lake, quarantine and landing."""
    zones = settings.zones
    vault = Vault(zones)
    needles = _needles(vault, case)
    feeds = [FEEDS[name] for name in DECISIONS if name in FEEDS]
    in_lake = {feed.name: find_in_lake(zones, feed, case.tokens) for feed in feeds}
    refused = find_in_quarantine(zones, needles, [hit for hits in in_lake.values() for hit in hits])
    for hit in (*(hit for hits in in_lake.values() for hit in hits), *refused.records, *refused.unknown_values):
        case.landing_files |= _landing_files(settings, hit.feed, hit.file_id)
    case.landing_files |= _unreadable_files(settings, needles)
    for name, hits in in_lake.items():
        done = "stripped" if DECISIONS[name].keeps_record else "removed"
        for hit in hits:
            case.note(f"lake: {name}, {done}", f"{hit.arrived_on}/{hit.file_name}", len(hit.positions))
    for hit in refused.records:
        case.note("quarantine, removed", f"{hit.arrived_on}/{hit.file_name}", len(hit.positions))
    for receipt_id in case.landing_files:
        case.note("landing, expired", receipt_id, 1)
    save(zones, case)
    # From here on nothing older brings the person back, and a file of theirs that is dropped again goes again.
    vault.mark_erased(case.tokens, case.erased_at)
    vault.expire_once_loaded(list(case.landing_files))
    erase_in_quarantine(zones, refused, case.erasure_id)
    for feed in feeds:
        counts = erase_in_lake(zones, feed, in_lake[feed.name], case.erasure_id)
        if counts:
            log.info("erasure %s: %s, %s", case.erasure_id, feed.name, dict(counts))
    for source_file in case.landing_files.values():
        (zones.landing / source_file).unlink(missing_ok=True)
    _refuse_files_not_taken_in(settings, needles)


def _all_cases(settings: Settings, now: datetime, log: logging.Logger) -> list[ErasureCase]:
    """Open cases, and one for each request that has none."""
    zones = settings.zones
    cases = open_cases(zones)
    known = {case.request.person_token for case in cases}
    mine = read_person_identifiers(zones).filter(~pl.col("is_shared"))
    for person_token, request in pending_requests(zones).items():
        if person_token in known:
            continue
        tokens = mine.filter(pl.col("person_token") == person_token)["identifier_token"].to_list()
        if not tokens:
            log.error("A filed request names a person that there is not (any more): look up their token and file again")
            continue
        cases.append(ErasureCase.open(request, tokens, now))
    return cases


def _needles(vault: Vault, case: ErasureCase) -> Needles:
    """Identifiers of the person; a name is no needle, others have it too."""
    opened = vault.identifiers_of(case.tokens, reader=READER, purpose=f"erasure {case.erasure_id}")
    return Needles(opened.filter(pl.col("identifier_kind") != "name")["identifier"].to_list())


def _receipts(settings: Settings) -> pl.DataFrame:
    return pl.read_parquet(settings.zones.lake / RECEIPTS_TABLE / "*" / "*.parquet", hive_partitioning=False)


def _landing_files(settings: Settings, feed: str, file_id: str) -> dict[str, str]:
    """Landing files with this content, under whatever names and on whatever days they came, by receipt id."""
    same = _receipts(settings).filter(pl.col("feed") == feed, pl.col("file_id") == file_id)
    return dict(same.select("receipt_id", "source_file").iter_rows())


def _unreadable_files(settings: Settings, needles: Needles) -> dict[str, str]:
    """Landing files that could never be read, of which the person is in what can be made out, by receipt id.

    A damaged Parquet file cannot be looked into; one of a feed that names persons goes, for its source sends it again.
    """
    found: dict[str, str] = {}
    unreadable = _receipts(settings).filter("is_unreadable")
    for receipt_id, feed, source_file in unreadable.select("receipt_id", "feed", "source_file").iter_rows():
        path = settings.zones.landing / source_file
        is_closed = ".parquet" in path.name and feed in DECISIONS
        if path.exists() and (is_closed or holds(path, needles)):
            found[receipt_id] = source_file
    return found


def _files_without_receipt(settings: Settings) -> list[Path]:
    landing = settings.zones.landing
    known = set(_receipts(settings).select("source_file", "byte_count").iter_rows())
    files = (path for path in sorted(landing.rglob("*")) if path.is_file())
    return [path for path in files if (path.relative_to(landing).as_posix(), path.stat().st_size) not in known]


def _refuse_files_not_taken_in(settings: Settings, needles: Needles) -> None:
    held = [
        path.relative_to(settings.zones.landing).as_posix()
        for path in _files_without_receipt(settings)
        if holds(path, needles)
    ]
    if held:
        raise ErasureBlockedError(
            f"{len(held)} landing files that are not taken in hold the person ({', '.join(held[:5])}): let them be"
            " written to their end, rename or remove them, then run the erasure again"
        )


def _search(settings: Settings, case: ErasureCase, log: logging.Logger) -> None:
    """See that nothing is left where the erasure has been, and clear what is made anew with every run."""
    zones = settings.zones
    needles = _needles(Vault(zones), case)
    tokens = [*case.tokens, case.request.person_token]
    everything = Needles([*needles.texts, *tokens])
    left: list[str] = []
    # While the vault still opens the contacts: afterwards nobody could take their tags off.
    forget_person(settings, case.request.person_token, case.tokens)
    for folder in (zones.lake, zones.quarantine):
        remove_leftovers(folder)
    found, case.searched["lake tables"] = lake_tables_that_hold(zones.lake, tokens)
    left += [f"lake table {name}" for name in found]
    with readable_warehouse(settings) as warehouse:
        found, case.searched["warehouse columns"] = tables_that_hold(warehouse, tokens)
    left += [f"warehouse table {name}" for name in found]
    [_] = snapshot_ids(zones)
    for database in sorted(open_current(zones).folder.glob("*.duckdb")):
        found, case.searched[f"published {database.name} columns"] = tables_that_hold(database, tokens)
        left += [f"published table {name}" for name in found]
    for folder in (zones.dbt, zones.data_docs, zones.supplier_exports):
        held, case.searched[f"{folder.name} files"] = files_that_hold(folder, everything)
        for path in held:
            path.unlink()
            case.note(f"{folder.name}, removed", path.relative_to(folder).as_posix(), 1)
    for folder in (zones.regulator_exports, zones.segment_exports, zones.tag_ledger.parent, zones.dagster_home):
        held, case.searched[f"{folder.name} files"] = files_that_hold(folder, everything)
        left += [path.relative_to(zones.root).as_posix() for path in held]
    if left:
        save(zones, case)
        raise ErasureBlockedError(
            f"erasure {case.erasure_id} is not done: the person is still in {', '.join(left[:10])}. Clear these, then"
            " run the erasure again"
        )
    case.is_searched = True
    save(zones, case)
    log.info("erasure %s: searched %s, nothing found", case.erasure_id, case.searched)


def _finish(settings: Settings, case: ErasureCase, log: logging.Logger) -> Path:
    """Destroy the keys, sign, forget."""
    zones = settings.zones
    vault = Vault(zones)
    vault.destroy(case.tokens)
    proof = write_proof(zones, case.erasure_id, _statement(settings, vault, case))
    withdraw_filed(zones, case.request.person_token)
    close(zones, case)
    log.info("erasure %s is done; proof: %s", case.erasure_id, proof)
    return proof


def _statement(settings: Settings, vault: Vault, case: ErasureCase) -> dict[str, Any]:
    return {
        "erasure_id": case.erasure_id,
        "person_mark": vault.mark_of(case.request.person_token),
        "requested_by": case.request.requested_by,
        "requested_at": case.request.requested_at,
        "started_at": case.started_at,
        "identifiers_destroyed": len(case.tokens),
        "erased": case.counts(),
        "searched": case.searched,
        "snapshot_id": open_current(settings.zones).snapshot_id,
        "code_revision": code_revision(),
    }
